"""May it be used? Licences, profiles, agreements, approvals, withdrawals: what is decided here is decided on paper."""
