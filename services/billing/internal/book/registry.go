package book

import (
	"strconv"
	"time"

	"cloudpact.dev/services/terms"
)

// Mode says which clock a provider lives by.
type Mode string

// The modes.
const (
	Live    Mode = "LIVE"
	Sandbox Mode = "SANDBOX"
)

// Provider offers services.
type Provider struct {
	ID    string `json:"id"`
	Title string `json:"title,omitempty"`
	Mode  Mode   `json:"mode"`
	// StartTime is where a sandbox's clock started; zero for a live provider.
	StartTime     time.Time `json:"start_time,omitzero"`
	InvoiceSeries string    `json:"invoice_series"`
	CreateTime    time.Time `json:"create_time"`
	Version       int64     `json:"version"`
}

// Clock is where a provider's source of "now" stands.
type Clock struct {
	Provider string
	Now      time.Time
	// Operation is the name of the operation that advances it; "" while it
	// stands.
	Operation string
}

// Revision is an immutable version of a provider's terms.
type Revision struct {
	Provider string `json:"provider"`
	// Terms is the id of the terms, Revision that of the revision.
	Terms    string `json:"terms"`
	Revision string `json:"revision"`
	// Hash names the content.
	Hash         string    `json:"hash"`
	RegisterTime time.Time `json:"register_time"`
	// Body is set where it was asked for; it is stored by its hash.
	Body *terms.Terms `json:"-"`
}

// Name is "providers/{p}/terms/{t}/revisions/{r}".
func (r Revision) Name() string { return RevisionName(r.Provider, r.Terms, r.Revision) }

// Customer buys, within one provider.
type Customer struct {
	Provider   string    `json:"provider"`
	ID         string    `json:"id"`
	Title      string    `json:"title"`
	Email      string    `json:"email,omitempty"`
	CreateTime time.Time `json:"create_time"`
	Version    int64     `json:"version"`
}

// Name is "providers/{p}/customers/{c}".
func (c Customer) Name() string { return CustomerName(c.Provider, c.ID) }

// Etag is the text of a version, as callers hand it back.
func Etag(version int64) string { return "v" + strconv.FormatInt(version, 10) }
