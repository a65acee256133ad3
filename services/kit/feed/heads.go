package feed

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"sync"

	"cloudpact.dev/services/kit/db"
)

// Heads tells how far one provider's changes reach in a Log. It remembers what
// it has looked at, so that asking again costs little.
type Heads struct {
	log *Log
	db  *db.DB

	mu   sync.Mutex
	seen map[string]*providerHeads
}

type providerHeads struct {
	scanned [Streams]int64
	heads   map[int]int64
}

// headsKept bounds the providers that are remembered.
const headsKept = 512

// NewHeads looks at l, which is in d.
func NewHeads(l *Log, d *db.DB) *Heads {
	return &Heads{log: l, db: d, seen: map[string]*providerHeads{}}
}

// Of gives the last position of the provider's changes in each stream that has
// any.
func (h *Heads) Of(ctx context.Context, provider string) (map[int]int64, error) {
	all, err := h.log.Heads(ctx)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.seen[provider]
	if p == nil {
		if len(h.seen) >= headsKept {
			clear(h.seen)
		}
		p = &providerHeads{heads: map[int]int64{}}
		h.seen[provider] = p
	}
	for stream, head := range all {
		if head <= p.scanned[stream] {
			continue
		}
		var last sql.NullInt64
		err := h.db.Read().QueryRowContext(ctx,
			"select max(position) from feed where stream = $1 and position > $2 and position <= $3 and provider = $4",
			stream, p.scanned[stream], head, provider).Scan(&last)
		if err != nil {
			return nil, fmt.Errorf("read the heads of %s: %w", provider, err)
		}
		if last.Valid {
			p.heads[stream] = last.Int64
		}
		p.scanned[stream] = head
	}
	return maps.Clone(p.heads), nil
}
