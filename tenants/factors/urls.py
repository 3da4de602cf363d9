"""Routes of second factors, on a tenant's host."""

from django.urls import path

from tenants.factors import api, pages, second_page

urlpatterns = [
    path("api/v1/me/factors", api.FactorsView.as_view(), name="factors"),
    path("api/v1/me/factors/<uuid:factor>", api.FactorView.as_view(), name="factor"),
    path("api/v1/me/factors/<uuid:factor>/confirm", api.ConfirmView.as_view(), name="factor-confirm"),
    path("api/v1/me/webauthn", api.KeysView.as_view(), name="security-keys"),
    path("api/v1/me/webauthn/challenge", api.ChallengeView.as_view(), name="security-key-challenge"),
    path("api/v1/me/recovery-codes", api.RecoveryCodesView.as_view(), name="recovery-codes"),
    path("api/v1/me/proof", api.ProofView.as_view(), name="proof"),
    path("settings/second-factor", pages.page, name="second-factor"),
    path("settings/second-factor/<uuid:factor>.svg", pages.qr_code, name="second-factor-qr"),
    path("sign-in/second", second_page.second, name="sign-in-second"),
]
