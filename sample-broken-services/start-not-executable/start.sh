#!/bin/sh
cd /var/azureml-app
exec azmlinfsrv --entry_script "$AZUREML_ENTRY_SCRIPT" --port 5001
