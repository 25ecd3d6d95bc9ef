"""A support bundle: diagnoses with their evidence, without secrets, in one file that can be mailed and opened again."""

from doctor.bundle.files import replace_file as replace_file
from doctor.bundle.form import Written as Written
from doctor.bundle.reading import read as read
from doctor.bundle.writing import write as write
