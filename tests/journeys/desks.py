class Desks:
    pass
