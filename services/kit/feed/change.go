package feed

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Change is one committed fact.
type Change struct {
	// ID is stable: "billing-12-345" is position 345 of stream 12 of billing.
	ID string `json:"id"`
	// Type names the change as the source's feed does: "invoice_issued".
	Type string `json:"type"`
	// Subject is the name of the resource that changed.
	Subject  string `json:"subject"`
	Key      Key    `json:"key"`
	Stream   int    `json:"stream"`
	Position int64  `json:"position"`
	// EffectiveTime is the contract's instant, RecordTime the provider's clock
	// at the commit.
	EffectiveTime time.Time `json:"effective_time"`
	RecordTime    time.Time `json:"record_time"`
	// Body is as the source's encoder made it.
	Body []byte `json:"body"`
}

// ID makes the id of a change.
func ID(source string, stream int, position int64) string {
	return source + "-" + strconv.Itoa(stream) + "-" + strconv.FormatInt(position, 10)
}

// Position is a point in a service's feed, written "billing/12:345": everything
// of stream 12 up to 345 has been committed.
type Position struct {
	Source   string
	Stream   int
	Position int64
}

// String writes the position.
func (p Position) String() string {
	return p.Source + "/" + strconv.Itoa(p.Stream) + ":" + strconv.FormatInt(p.Position, 10)
}

// ParsePosition reads "billing/12:345".
func ParsePosition(s string) (Position, error) {
	source, rest, ok := strings.Cut(s, "/")
	stream, position, ok2 := strings.Cut(rest, ":")
	n, err := strconv.Atoi(stream)
	at, err2 := strconv.ParseInt(position, 10, 64)
	if !ok || !ok2 || source == "" || err != nil || err2 != nil || n < 0 || n >= Streams || at < 0 {
		return Position{}, fmt.Errorf("%q is not a feed position like billing/12:345", s)
	}
	return Position{source, n, at}, nil
}
