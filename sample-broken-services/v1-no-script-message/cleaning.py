import unicodedata


def strip_accents(text):
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def lowercase(text):
    return text.lower()
