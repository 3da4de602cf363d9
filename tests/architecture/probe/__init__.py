"""The probe: no tenant can see another. What is asked of the product lives here, what must hold in the tests beside it.

register/  every way in and through: routes, frames, readers, signed things ... - classified, or a test fails
walk/      finds what there is
shown/     every kind of credential: how one is made, shown, made up - one that is not here, or not needed, fails a test
power/     leaks that are seeded, at least one of each kind of credential: each is caught by the check that it names
"""
