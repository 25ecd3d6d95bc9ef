AIRPORTS = ("FRA", "JFK", "SIN")


def encode(flight):
    return [flight["hour"], *(float(flight["origin"] == airport) for airport in AIRPORTS)]
