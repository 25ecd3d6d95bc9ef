"""What gunicorn loads."""

import create_app

app = create_app.create()
