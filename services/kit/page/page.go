// Package page turns a place in a sorted list into an opaque token and back. A
// token holds the sort key of the last row, not an offset, so rows that come or
// go do not shift a page; it is bound to the request's other parameters and
// cannot be made or altered outside.
package page

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"cloudpact.dev/services/kit/fault"
)

// The sizes of a page.
const (
	DefaultSize = 50
	MaxSize     = 1000
)

// Size gives the rows of a page: 0 means 50, more than 1000 means 1000, and a
// negative number is refused.
func Size(pageSize int32) (int, error) {
	switch {
	case pageSize < 0:
		return 0, fault.Invalid(fault.ReasonFieldInvalid, "page_size", "page_size must not be negative")
	case pageSize == 0:
		return DefaultSize, nil
	}
	return min(int(pageSize), MaxSize), nil
}

// Checksum identifies a list: its method, parent and filters, everything but
// the page's size and token.
type Checksum [8]byte

// Sum makes the checksum of a list's parameters, in a fixed order.
func Sum(parts ...string) Checksum {
	var out Checksum
	full := sha256.Sum256(pack(nil, parts))
	copy(out[:], full[:])
	return out
}

// Codec makes and reads tokens with a secret key, which all processes that
// serve one list share.
type Codec struct{ key []byte }

// NewCodec makes a codec of the key, 32 random bytes.
func NewCodec(key []byte) *Codec { return &Codec{key: key} }

const macSize = 16

// Encode makes the token of a row's sort key.
func (c *Codec) Encode(list Checksum, values ...string) string {
	body := pack(nil, values)
	return base64.RawURLEncoding.EncodeToString(append(c.mac(list, body), body...))
}

// Decode gives the sort key of a token of the same list, n values; nil for an
// empty token, which means the first page.
func (c *Codec) Decode(list Checksum, token string, n int) ([]string, error) {
	if token == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < macSize || !hmac.Equal(raw[:macSize], c.mac(list, raw[macSize:])) {
		return nil, invalid()
	}
	values, ok := unpack(raw[macSize:])
	if !ok || len(values) != n {
		return nil, invalid()
	}
	return values, nil
}

func invalid() error {
	return fault.Invalid(fault.ReasonPageTokenInvalid, "page_token",
		"the token is not of this list, or the list's other parameters have changed; start again without one")
}

func (c *Codec) mac(list Checksum, body []byte) []byte {
	m := hmac.New(sha256.New, c.key)
	m.Write(list[:])
	m.Write(body)
	return m.Sum(nil)[:macSize]
}

// pack writes each value with its length before it.
func pack(b []byte, values []string) []byte {
	for _, v := range values {
		b = binary.AppendUvarint(b, uint64(len(v)))
		b = append(b, v...)
	}
	return b
}

func unpack(b []byte) ([]string, bool) {
	var out []string
	for len(b) > 0 {
		n, used := binary.Uvarint(b)
		if used <= 0 || n > uint64(len(b)-used) {
			return nil, false
		}
		out = append(out, string(b[used:used+int(n)]))
		b = b[used+int(n):]
	}
	return out, true
}
