"""What the bot does: one thin action an intent, in a thread with an app context of its own."""
