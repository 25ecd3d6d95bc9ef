#!/bin/sh
# the files of the models, for the people of the laboratory
python -m http.server 5001 --directory /var/azureml-app &
sleep 1
azmlinfsrv --entry_script "$AZUREML_ENTRY_SCRIPT" --port 5001
