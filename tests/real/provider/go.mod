// The bpg/proxmox provider that judges the emitted Terraform. A module of its own, since the Go proxy has no version
// list for the provider and `go install` needs one. The committed go.sum checks what is fetched.
module arvc/judge/provider

go 1.26.0

require github.com/bpg/terraform-provider-proxmox v0.111.1
