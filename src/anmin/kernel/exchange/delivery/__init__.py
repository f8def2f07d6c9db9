"""Messages that we owe other systems (待发消息): sent to registered addresses only, tried again, given up in the end."""
