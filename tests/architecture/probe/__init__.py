"""The probe: no tenant can see another. What is asked of the product lives here, what must hold in the tests beside it.

register/  every way in and through: routes, frames, readers, signed things ... - classified, or a test fails
walk/      finds what there is
"""
