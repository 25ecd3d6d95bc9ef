MODEL_FILE = "model.joblib"
