"""Partner departments (往来部门): their keys, what each key opens, and every call that was made with it."""
