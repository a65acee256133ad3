package transport

import (
	"crypto/sha256"

	"cloudpact.dev/services/kit/page"
)

// Pager makes and reads the tokens of billing's lists.
type Pager struct{ codec *page.Codec }

// NewPager seals tokens with a key, which all processes of the service share.
// Tokens keep nothing secret, and what a token reaches is checked by the call
// that brings it, so without a key one of the build's own will do.
func NewPager(key string) *Pager {
	if key == "" {
		key = "cloudpact billing"
	}
	sum := sha256.Sum256([]byte(key))
	return &Pager{codec: page.NewCodec(sum[:])}
}

// listing is one call of a list.
type listing struct {
	pager *Pager
	list  page.Checksum
	size  int
	// after is the sort key of the last row of the page before; empty for the
	// first page.
	after []string
}

// open reads a list's size and token. parts are everything else that the list
// depends on, width the number of values in its sort key.
func (p *Pager) open(size int32, token string, width int, parts ...string) (listing, error) {
	n, err := page.Size(size)
	if err != nil {
		return listing{}, err
	}
	l := listing{pager: p, list: page.Sum(parts...), size: n}
	l.after, err = p.codec.Decode(l.list, token, width)
	return l, err
}

// limit is one row more than the page, to see whether there is another page.
func (l listing) limit() int { return l.size + 1 }

// first is the only value of the sort key.
func (l listing) first() string {
	if len(l.after) == 0 {
		return ""
	}
	return l.after[0]
}

// cut splits the row too many from a page and makes the next page's token.
func cut[T any](l listing, rows []T, key func(i int) []string) ([]T, string) {
	if len(rows) <= l.size {
		return rows, ""
	}
	return rows[:l.size], l.pager.codec.Encode(l.list, key(l.size-1)...)
}
