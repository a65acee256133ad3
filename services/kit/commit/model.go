// Package commit serves every mutation of a service. Requests of one lane queue;
// up to 256 of them are loaded and decided in turn in one transaction, each so
// that a refused one leaves its neighbours alone; then feed, request ids and
// rows are committed once, and only then is anybody answered.
//
// The package declares what a transaction can do (Key, Draft, Deadline, and the
// ports Log, Deadlines, Clocks); kit/feed and kit/deadline implement the ports
// and know commit, not the other way round.
package commit

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"time"

	"cloudpact.dev/services/kit/db"
)

// Streams is the number of streams of a service's feed.
const Streams = 64

// Key says whose data a transaction decides on: a customer of a provider, or
// for measurements a target of a provider (in Customer). Customer is "" for
// what belongs to the provider as such.
type Key struct {
	Provider string `json:"provider"`
	Customer string `json:"customer"`
}

// Stream is the key's stream in the feed, 0 to 63. It never changes: cursors
// and positions outlive releases.
func (k Key) Stream() int {
	h := fnv.New32a()
	h.Write([]byte(k.Provider))
	h.Write([]byte{0})
	h.Write([]byte(k.Customer))
	return int(h.Sum32() % Streams)
}

// Draft is a change that a transaction publishes.
type Draft struct {
	// Type names the change as the service's feed does: "invoice_issued".
	Type string
	// Subject is the name of the resource that changed.
	Subject string
	// Effective is the contract's instant; zero means the transaction's now.
	Effective time.Time
	// Key is whose change it is; zero means the transaction's key.
	Key Key
	// Body is what the service's encoder takes.
	Body any
}

// Encode turns a draft into the feed's type and body. It runs inside the
// operation that publishes, so an error refuses that operation alone.
type Encode func(d Draft) (typ string, body []byte, err error)

// Entry is an encoded change on its way into the feed.
type Entry struct {
	Key           Key
	Stream        int
	Type, Subject string
	EffectiveTime time.Time
	RecordTime    time.Time
	Body          []byte
}

// Log keeps the changes. kit/feed implements it.
type Log interface {
	// Lock holds the streams' heads until the transaction ends, in ascending
	// order, on a database with several writers, and gives their positions.
	Lock(ctx context.Context, tx db.Tx, streams []int) (Held, error)
	// Append writes the entries, at the latest with the commit, and gives each
	// its position, from 1 and without gaps within its stream. It is called once
	// in a transaction, with what Lock gave.
	Append(ctx context.Context, tx db.Tx, held Held, entries []Entry) ([]int64, error)
}

// Held are the last positions of the streams that a transaction holds.
type Held map[int]int64

// State is where a deadline stands.
type State string

// The states. SET runs (or is pending); the others are ends.
const (
	Set       State = "SET"
	Met       State = "MET"
	Missed    State = "MISSED"
	Withdrawn State = "WITHDRAWN"
)

// The ranks order work that is due at one instant.
const (
	RankState       = 1
	RankEntitlement = 2
	RankMeasurement = 3
	RankMoney       = 4
	RankEnforcement = 5
	RankNotices     = 6
)

// Deadline is a contractual time limit: a row that makes time act.
type Deadline struct {
	Key Key `json:"key"`
	// Name is stable for the deadline's whole life and unique in the service.
	Name    string `json:"name"`
	Subject string `json:"subject"`
	// Kind chooses the handler that runs when it is due.
	Kind        string `json:"kind"`
	Clause      string `json:"clause"`
	Consequence string `json:"consequence"`
	// Due is when the consequence acts. It is zero while the date cannot be
	// told, because it reaches a year whose working days are not published;
	// then PendingNotBefore is a day that it cannot precede.
	Due              time.Time `json:"due,omitzero"`
	PendingNotBefore time.Time `json:"pending_not_before,omitzero"`
	// Rank is one of the Rank constants.
	Rank int `json:"rank"`
	// Version counts the settings, from 1. Given to SetDeadline it is the
	// version that the caller read; 0 does not compare.
	Version int64 `json:"version"`
	State   State `json:"state"`
	// Body is the handler's own data.
	Body json.RawMessage `json:"body,omitempty"`
}

// Pending tells whether the due date is not known yet.
func (d Deadline) Pending() bool { return d.Due.IsZero() }

// Deadlines keeps the deadlines. kit/deadline implements it.
type Deadlines interface {
	// Set writes the deadline and gives it as it stands; changed is false when
	// it stood so already.
	Set(ctx context.Context, tx db.Tx, d Deadline) (now Deadline, changed bool, err error)
	// Settle ends a deadline that is SET; changed is false when it is not.
	Settle(ctx context.Context, tx db.Tx, key Key, name string, as State) (now Deadline, changed bool, err error)
}

// Mode says what moves a provider's clock.
type Mode string

// Live follows the system's clock, Sandbox stands until it is advanced.
const (
	Live    Mode = "LIVE"
	Sandbox Mode = "SANDBOX"
)

// Clock is a provider's source of "now".
type Clock struct {
	Provider string `json:"provider"`
	Mode     Mode   `json:"mode"`
	// Now is the sandbox's instant; zero for a live provider.
	Now time.Time `json:"now,omitzero"`
	// Operation is the operation that is advancing the clock, or "".
	Operation string `json:"operation,omitempty"`
}

// Clocks keeps the providers' clocks. kit/deadline implements it.
type Clocks interface {
	// Get reads a provider's clock; one that was never set is live. Within a
	// transaction the answer holds until the transaction ends.
	Get(ctx context.Context, q db.Querier, provider string) (Clock, error)
}
