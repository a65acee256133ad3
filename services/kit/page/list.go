package page

// List is one call of a method that lists.
type List struct {
	// Size is the most rows of the page.
	Size int
	// After is the sort key of the last row of the page before; nil for the first
	// page.
	After []string

	codec *Codec
	sum   Checksum
}

// Open reads the size and the token of a call. width is the number of values in
// the list's sort key, parts are everything else that the list depends on: its
// method, parent and filters.
func (c *Codec) Open(size int32, token string, width int, parts ...string) (List, error) {
	n, err := Size(size)
	if err != nil {
		return List{}, err
	}
	l := List{Size: n, codec: c, sum: Sum(parts...)}
	l.After, err = c.Decode(l.sum, token, width)
	return l, err
}

// Limit is one row more than the page, to see whether there is another page.
func (l List) Limit() int { return l.Size + 1 }

// First is the first value of After; "" for the first page.
func (l List) First() string {
	if len(l.After) == 0 {
		return ""
	}
	return l.After[0]
}

// Cut takes the row too many off a page that was read up to Limit, and makes the
// next page's token; "" where there is none. key is the sort key of row i.
func Cut[T any](l List, rows []T, key func(i int) []string) ([]T, string) {
	if len(rows) <= l.Size {
		return rows, ""
	}
	return rows[:l.Size], l.codec.Encode(l.sum, key(l.Size-1)...)
}
