"""The ledger-worker's inner door: enrolment from the vault, reference data and history from the operator, figures."""
