package store

import (
	"context"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/db"
)

// The states of reservations, overages and corrections, by the wire's words.
const (
	Held      = "HELD"
	Completed = "COMPLETED"
	Released  = "RELEASED"
	Lapsed    = "LAPSED"

	Quoted    = "QUOTED"
	Agreed    = "AGREED"
	Executed  = "EXECUTED"
	Declined  = "DECLINED"
	Unpriced  = "PENDING"
	Withdrawn = "WITHDRAWN"

	Proposed = "PROPOSED"
	Approved = "APPROVED"
	Rejected = "REJECTED"
)

// Reservation holds a token while an operation runs.
type Reservation struct {
	Sub       Sub       `json:"sub"`
	ID        string    `json:"id"`
	Version   int64     `json:"version"`
	Operation string    `json:"operation"`
	Ledger    string    `json:"ledger"`
	Units     []string  `json:"units,omitempty"`
	Year      int       `json:"year"`
	Ordinal   int       `json:"ordinal"`
	Tokens    int       `json:"tokens"`
	State     string    `json:"state"`
	Requested time.Time `json:"requested"`
	Reserved  time.Time `json:"reserved"`
	// Expires is the last instant to complete it.
	Expires time.Time `json:"expires"`
	// Windowed where the provider decides after the time limit.
	Windowed bool   `json:"windowed,omitempty"`
	Overage  string `json:"overage,omitempty"`
	Quoted   bool   `json:"quoted,omitempty"`
	Outcome  string `json:"outcome,omitempty"`
}

// Live tells whether it holds a token.
func (r Reservation) Live() bool { return r.State == Held || (r.State == Lapsed && r.Windowed) }

var reservations = db.Table[Reservation]{
	Name: "reservations", Key: append(subKey[:4:4], "id"),
	Columns: columnsOf(func(r Reservation) Sub { return r.Sub },
		db.Column[Reservation]{Name: "id", Value: func(r Reservation) any { return r.ID }},
		db.Column[Reservation]{Name: "version", Value: func(r Reservation) any { return r.Version }},
		db.Column[Reservation]{Name: "ledger", Value: func(r Reservation) any { return r.Ledger }},
		db.Column[Reservation]{Name: "live", Value: func(r Reservation) any { return r.Live() }}),
}

// Overage is a use beyond the allotment with its price.
type Overage struct {
	Sub       Sub      `json:"sub"`
	ID        string   `json:"id"`
	Version   int64    `json:"version"`
	Operation string   `json:"operation"`
	Ledger    string   `json:"ledger"`
	Units     []string `json:"units,omitempty"`
	// Year, Ordinal and Identity once executed.
	Year     int          `json:"year"`
	Ordinal  int          `json:"ordinal"`
	Identity string       `json:"identity,omitempty"`
	Price    *money.Money `json:"price,omitempty"`
	State    string       `json:"state"`
	Quoted   date.Date    `json:"quoted"`
	Agreed   date.Date    `json:"agreed"`
	AgreedBy string       `json:"agreed_by,omitempty"`
	// Retroactive where a later cut made the use chargeable.
	Retroactive bool `json:"retroactive,omitempty"`
	// ByQuote where the operation takes no token.
	ByQuote bool `json:"by_quote,omitempty"`
	// Holder is the reservation that will use it.
	Holder     string    `json:"holder,omitempty"`
	Redemption string    `json:"redemption,omitempty"`
	UseDay     date.Date `json:"use_day"`
}

var overages = db.Table[Overage]{
	Name: "overages", Key: append(subKey[:4:4], "id"),
	Columns: columnsOf(func(o Overage) Sub { return o.Sub },
		db.Column[Overage]{Name: "id", Value: func(o Overage) any { return o.ID }},
		db.Column[Overage]{Name: "version", Value: func(o Overage) any { return o.Version }}),
}

// Correct is a correction of a lot, or the reversal of a use.
type Correct struct {
	Sub        Sub    `json:"sub"`
	ID         string `json:"id"`
	Version    int64  `json:"version"`
	Redemption string `json:"redemption,omitempty"`
	Ledger     string `json:"ledger"`
	Year       int    `json:"year"`
	Tokens     int    `json:"tokens"`
	Note       string `json:"note"`
	State      string `json:"state"`
	ProposedBy string `json:"proposed_by"`
	ApprovedBy string `json:"approved_by,omitempty"`
}

var corrections = db.Table[Correct]{
	Name: "corrections", Key: append(subKey[:4:4], "id"),
	Columns: columnsOf(func(c Correct) Sub { return c.Sub },
		db.Column[Correct]{Name: "id", Value: func(c Correct) any { return c.ID }},
		db.Column[Correct]{Name: "version", Value: func(c Correct) any { return c.Version }}),
}

// Price is the price last agreed under an order.
type Price struct {
	Provider string      `json:"provider"`
	Customer string      `json:"customer"`
	Order    string      `json:"order"`
	Price    money.Money `json:"price"`
	Agreed   date.Date   `json:"agreed"`
}

var prices = db.Table[Price]{
	Name: "prices", Key: []string{"provider", "customer", "order_name"},
	Columns: []db.Column[Price]{
		{Name: "provider", Value: func(p Price) any { return p.Provider }},
		{Name: "customer", Value: func(p Price) any { return p.Customer }},
		{Name: "order_name", Value: func(p Price) any { return p.Order }},
	},
}

// Storage is a snapshot service's storage as last reported.
type Storage struct {
	Sub      Sub       `json:"sub"`
	Version  int64     `json:"version"`
	Used     int64     `json:"used"`
	Capacity int64     `json:"capacity"`
	Reported time.Time `json:"reported"`
	Warned   time.Time `json:"warned,omitzero"`
	Full     bool      `json:"full,omitempty"`
	// Told where the customer had been warned before it was full.
	Told bool `json:"told,omitempty"`
}

var storages = db.Table[Storage]{
	Name: "stores", Key: subKey,
	Columns: columnsOf(func(s Storage) Sub { return s.Sub },
		db.Column[Storage]{Name: "version", Value: func(s Storage) any { return s.Version }}),
}

// put inserts a value whose version is 1, or replaces the version before.
func put[T any](ctx context.Context, tx Tx, t db.Table[T], v T, version int64) error {
	if version == 1 {
		return t.Insert(ctx, tx, v)
	}
	return t.Update(ctx, tx, v, version-1)
}

// Reservation reads one.
func (Store) Reservation(ctx context.Context, q Querier, s Sub, id string) (Reservation, bool, error) {
	return get(ctx, q, reservations, s, id)
}

// PutReservation writes one with its next version.
func (Store) PutReservation(ctx context.Context, tx Tx, r *Reservation) error {
	r.Version++
	return put(ctx, tx, reservations, *r, r.Version)
}

// Holding lists the live reservations of a ledger.
func (Store) Holding(ctx context.Context, q Querier, s Sub, ledger string) ([]Reservation, error) {
	return reservations.Select(ctx, q, where+" and ledger = $5 and live = $6 order by id", s.args(ledger, true)...)
}

// Overage reads one.
func (Store) Overage(ctx context.Context, q Querier, s Sub, id string) (Overage, bool, error) {
	return get(ctx, q, overages, s, id)
}

// PutOverage writes one with its next version.
func (Store) PutOverage(ctx context.Context, tx Tx, o *Overage) error {
	o.Version++
	return put(ctx, tx, overages, *o, o.Version)
}

// Correction reads one.
func (Store) Correction(ctx context.Context, q Querier, s Sub, id string) (Correct, bool, error) {
	return get(ctx, q, corrections, s, id)
}

// PutCorrection writes one with its next version.
func (Store) PutCorrection(ctx context.Context, tx Tx, c *Correct) error {
	c.Version++
	return put(ctx, tx, corrections, *c, c.Version)
}

// Price reads the price last agreed under an order.
func (Store) Price(ctx context.Context, q Querier, s Sub, order string) (Price, bool, error) {
	return prices.Get(ctx, q, s.Provider, s.Customer, order)
}

// PutPrice remembers a price.
func (Store) PutPrice(ctx context.Context, tx Tx, p Price) error { return prices.Upsert(ctx, tx, p) }

// Storage reads a snapshot service's storage.
func (Store) Storage(ctx context.Context, q Querier, s Sub) (Storage, bool, error) {
	return get(ctx, q, storages, s)
}

// PutStorage writes it with its next version.
func (Store) PutStorage(ctx context.Context, tx Tx, s *Storage) error {
	s.Version++
	return put(ctx, tx, storages, *s, s.Version)
}

var idColumns = append(subKey[:4:4], "id")

// page reads a page of resources below a subscription, or several.
func page[T any](ctx context.Context, q Querier, t db.Table[T], s Sub, from []any, limit int) ([]T, error) {
	text, args := s.filter()
	text, args = after(text, args, idColumns, from, limit)
	return t.Select(ctx, q, text, args...)
}

// Place5 is the sort key of a resource with an id: its subscription and id.
func Place5(s Sub, id string) []any { return s.args(id) }

// Reservations lists a page, after the sort key.
func (Store) Reservations(ctx context.Context, q Querier, s Sub, from []any, limit int) ([]Reservation, error) {
	return page(ctx, q, reservations, s, from, limit)
}

// Overages lists a page, after the sort key.
func (Store) Overages(ctx context.Context, q Querier, s Sub, from []any, limit int) ([]Overage, error) {
	return page(ctx, q, overages, s, from, limit)
}

// Corrections lists a page, after the sort key.
func (Store) Corrections(ctx context.Context, q Querier, s Sub, from []any, limit int) ([]Correct, error) {
	return page(ctx, q, corrections, s, from, limit)
}
