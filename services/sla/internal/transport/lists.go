package transport

import (
	"strconv"
	"time"

	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/sla/internal/store"
)

func etag(version int64) string { return strconv.FormatInt(version, 10) }

// from is the place in a list by start and id.
func from(l page.List) (store.From, error) {
	if len(l.After) == 0 {
		return store.From{}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, l.After[0])
	if err != nil {
		return store.From{}, fault.Invalid(fault.ReasonPageTokenInvalid, "page_token", "the token is not of this list; start again without one")
	}
	return store.From{Start: at, ID: l.After[1]}, nil
}

func place(start time.Time, id string) []string {
	return []string{start.UTC().Format(time.RFC3339Nano), id}
}

// cut takes the row too many off a page, makes messages of the others and the
// next page's token.
func cut[T, M any](l page.List, rows []T, message func(T) M, key func(T) []string) ([]M, string) {
	rows, token := page.Cut(l, rows, func(i int) []string { return key(rows[i]) })
	out := make([]M, len(rows))
	for i, r := range rows {
		out[i] = message(r)
	}
	return out, token
}
