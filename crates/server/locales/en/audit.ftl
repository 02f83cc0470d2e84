
## The audit
