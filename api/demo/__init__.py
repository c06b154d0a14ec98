"""An invented newspaper: The Wexcombe Courier, with its people, pictures and stories."""
