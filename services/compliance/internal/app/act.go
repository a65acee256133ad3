package app

import (
	"context"
	"errors"
	"strconv"
	"time"

	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/compliance/internal/notices"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/terms"
)

// service is the actor of what time makes compliance do.
const service = "compliance"

// act is one decision about a contract in its transaction.
type act struct {
	*App
	tx       *commit.Tx
	contract record.Contract
	terms    terms.Resolved
	now      time.Time
	// today is the provider's day in the zone of the terms.
	today date.Date
	// actor is the subject who calls, or the service whose fact acts.
	actor string
}

// act loads what every decision about a contract needs.
func (a *App) act(ctx context.Context, tx *commit.Tx, k record.ContractKey, actor string) (*act, error) {
	c, ok, err := a.store.Contract(ctx, tx, k)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.NotFound(ReasonContractUnknown, k.Name())
	}
	x := &act{App: a, tx: tx, contract: c, now: tx.Now(), actor: actor}
	// The zone hardly ever changes by an amendment, but the day decides which
	// amendment is in force: so first the zone, then the terms.
	if x.terms, err = a.resolve(ctx, tx, k.Provider, c.TermsOn(date.Of(x.now, time.UTC))); err != nil {
		return nil, err
	}
	x.today = date.Of(x.now, x.terms.Zone())
	x.terms, err = a.resolve(ctx, tx, k.Provider, c.TermsOn(x.today))
	return x, err
}

// on is the terms as they stand on a day: readings decide by the day of the fact
// that they judge. An unset day is today.
func (x *act) on(ctx context.Context, d date.Date) (terms.Resolved, error) {
	if d.IsZero() {
		return x.terms, nil
	}
	return x.resolve(ctx, x.tx, x.contract.Provider, x.contract.TermsOn(d))
}

// key is the contract's.
func (x *act) key() record.ContractKey { return x.contract.ContractKey }

// start is 00:00 of a day in the zone of the terms.
func (x *act) start(d date.Date) time.Time { return d.Start(x.terms.Zone()) }

// tell publishes a fact, writes it into the audit log, and gives the notice that
// it makes.
func (x *act) tell(ctx context.Context, f facts.Published) error {
	x.tx.Publish(commit.Draft{Type: f.Type(), Subject: f.Subject(), Body: f})
	if err := x.log(ctx, f.Type(), f.Subject(), f.Clauses()...); err != nil {
		return err
	}
	return x.notify(ctx, f)
}

// log writes a line of the audit log.
func (x *act) log(ctx context.Context, action, about string, clauses ...string) error {
	return x.append(ctx, x.tx, record.AuditEntry{
		CustomerKey: x.contract.CustomerKey, Recorded: x.now,
		Actor: x.actor, Action: action, About: about, Clauses: clauses,
	})
}

// append gives the entry its id and keeps it.
func (a *App) append(ctx context.Context, tx *commit.Tx, e record.AuditEntry) error {
	at := tx.Now()
	e.ID = resource.ID("audit", e.Provider, e.Customer, e.Action, e.About, e.Actor, strconv.FormatInt(at.UnixMicro(), 10))
	err := a.store.AppendAudit(ctx, tx, e)
	if errors.Is(err, db.ErrExists) {
		return nil // the same line at the same instant
	}
	return err
}

// notify gives the customer the notice that a fact makes, once.
func (x *act) notify(ctx context.Context, fact any) error {
	said, ok := notices.For(x.terms, fact)
	if !ok {
		return nil
	}
	n := record.Notice{
		CustomerKey: x.contract.CustomerKey, ID: resource.ID("notice", said.Kind, said.About, said.Key),
		Kind: said.Kind, About: said.About, Contract: x.key().Name(), Channel: "EMAIL", Given: x.now, State: record.Queued,
		Title: said.Title, Text: said.Text, Citations: said.Citations,
	}
	clock, err := x.Clocks.Get(ctx, x.tx, x.contract.Provider)
	if err != nil {
		return err
	}
	if clock.Mode == commit.Sandbox {
		n.State = record.Captured
	}
	switch err := x.store.AppendNotice(ctx, x.tx, n); {
	case errors.Is(err, db.ErrExists):
		return nil
	case err != nil:
		return err
	}
	x.tx.Publish(commit.Draft{
		Type: facts.NoticeGiven{}.Type(), Subject: n.Name(),
		Body: facts.NoticeGiven{Contract: n.Contract, Notice: n.Name(), Kind: n.Kind, About: n.About},
	})
	return nil
}
