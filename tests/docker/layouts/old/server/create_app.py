"""Puts the application together."""

from app import main


def create():
    main.register()
    return main.flask_app
