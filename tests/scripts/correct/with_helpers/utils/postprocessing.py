def as_records(predictions):
    return [{"prediction": float(p)} for p in predictions]
