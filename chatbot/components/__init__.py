"""Parts of Rasa's pipeline that are ours; they run inside Rasa, on Python 3.10."""
