package transport

import (
	"crypto/sha256"

	"cloudpact.dev/services/kit/page"
)

// NewPager seals the tokens of billing's lists with a key, which all processes of
// the service share. Tokens keep nothing secret, and what a token reaches is
// checked by the call that brings it, so without a key one of the build's own
// will do.
func NewPager(key string) *page.Codec {
	if key == "" {
		key = "cloudpact billing"
	}
	sum := sha256.Sum256([]byte(key))
	return page.NewCodec(sum[:])
}
