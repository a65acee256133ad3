package transport

import (
	"strconv"
	"time"

	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/sla/internal/store"
)

func etag(version int64) string { return strconv.FormatInt(version, 10) }

// listing is one call of a list.
type listing struct {
	codec *page.Codec
	sum   page.Checksum
	size  int
	// after is the sort key of the last row of the page before; empty for the
	// first page.
	after []string
}

// open reads a list's size and token. width is the number of values in its sort
// key, parts are everything else that the list depends on.
func open(codec *page.Codec, size int32, token string, width int, parts ...string) (listing, error) {
	n, err := page.Size(size)
	if err != nil {
		return listing{}, err
	}
	l := listing{codec: codec, sum: page.Sum(parts...), size: n}
	l.after, err = codec.Decode(l.sum, token, width)
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

// from is the place in a list by start and id.
func (l listing) from() (store.From, error) {
	if len(l.after) == 0 {
		return store.From{}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, l.after[0])
	if err != nil {
		return store.From{}, fault.Invalid(fault.ReasonPageTokenInvalid, "page_token", "the token is not of this list; start again without one")
	}
	return store.From{Start: at, ID: l.after[1]}, nil
}

func place(start time.Time, id string) []string {
	return []string{start.UTC().Format(time.RFC3339Nano), id}
}

// cut splits the row too many from a page, makes messages of the others and the
// next page's token.
func cut[T, M any](l listing, rows []T, message func(T) M, key func(T) []string) ([]M, string) {
	token := ""
	if len(rows) > l.size {
		rows = rows[:l.size]
		token = l.codec.Encode(l.sum, key(rows[l.size-1])...)
	}
	out := make([]M, len(rows))
	for i, r := range rows {
		out[i] = message(r)
	}
	return out, token
}
