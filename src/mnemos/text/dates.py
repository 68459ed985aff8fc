def holds_time(text: str) -> bool:
    return False


def event_time(text, said_at):
    return None
