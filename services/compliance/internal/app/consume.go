package app

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/resource"
)

// Change tells where a fact comes from.
type Change struct {
	// Source is the service that published it.
	Source string
	// Type and Subject as its feed names them.
	Type, Subject string
}

// Consume makes the effects of a fact of any service: what compliance knows of
// contracts, cases and conditions that it changes, the notice that it makes, and
// its line in the audit log.
func (a *App) Consume(ctx context.Context, tx *commit.Tx, c Change, fact any) error {
	switch f := fact.(type) {
	case facts.Deadline:
		return a.project(ctx, tx, c.Source, f)
	case facts.TargetCreated:
		return a.targetCreated(ctx, tx, c, f)
	case facts.Noted:
		return a.noted(ctx, tx, c, f)
	case facts.Consumed:
		return a.inContract(ctx, tx, c, f)
	}
	return fmt.Errorf("compliance does not know the fact %T", fact)
}

// inContract makes the effects of a fact about a contract.
func (a *App) inContract(ctx context.Context, tx *commit.Tx, c Change, fact facts.Consumed) error {
	k, ok := record.ParseContract(fact.In())
	if !ok {
		return fmt.Errorf("%q of %s lies in no contract", fact.In(), c.Type)
	}
	if err := a.learn(ctx, tx, k, fact); err != nil {
		return err
	}
	x, err := a.act(ctx, tx, k, c.Source)
	if err != nil {
		return err
	}
	if err := x.log(ctx, c.Type, c.Subject, clausesOf(fact)...); err != nil {
		return err
	}
	x.actor = service // what follows from the fact, compliance does
	if err := x.effect(ctx, fact); err != nil {
		return err
	}
	return x.notify(ctx, fact)
}

// effect is what a fact changes besides what is known of the contract itself.
func (x *act) effect(ctx context.Context, fact facts.Consumed) error {
	switch f := fact.(type) {
	case facts.ContractAmended:
		return x.amended(ctx)
	case facts.SubscriptionChanged:
		return x.serviceChanged(ctx, f.Subscription)
	case facts.SubscriptionEnded:
		return x.serviceChanged(ctx, f.Subscription)
	case facts.TermEnded:
		return x.serviceChanged(ctx, f.Subscription)
	case facts.SubscriptionCancelled:
		s := f.Subscription
		if s.LastDay.IsZero() {
			s.LastDay = f.Notice // what was installed for it goes back from then on
		}
		return x.serviceChanged(ctx, s)
	case facts.AccountOverdue:
		return x.accountOverdue(ctx, f)
	case facts.AccountCleared:
		return x.accountCleared(ctx, f)
	case facts.InvoiceSettled:
		return x.invoiceSettled(ctx, f)
	case facts.DepositDemanded:
		return x.depositIs(ctx, f.Account, false)
	case facts.DepositDrawn:
		return x.depositIs(ctx, f.Account, false)
	case facts.DepositHeld:
		return x.depositHeld(ctx, f)
	case facts.DepositDefaulted:
		return x.depositDefaulted(ctx, f)
	}
	return nil
}

func clausesOf(fact facts.Consumed) []string {
	if f, ok := fact.(facts.SubscriptionEnded); ok && f.Clause != "" {
		return []string{f.Clause}
	}
	return nil
}

// learn keeps what a fact tells of the contract itself.
func (a *App) learn(ctx context.Context, tx *commit.Tx, k record.ContractKey, fact facts.Consumed) error {
	c, known, err := a.store.Contract(ctx, tx, k)
	if err != nil {
		return err
	}
	c.ContractKey = k
	switch f := fact.(type) {
	case facts.ContractConcluded:
		c.Currency = f.Contract.Currency
		c.Amend(record.TermsFrom{Revision: f.Contract.Revision, Hash: f.Contract.Hash, Readings: f.Contract.Readings})
	case facts.ContractAmended:
		c.Amend(record.TermsFrom{From: f.From, Revision: f.Contract.Revision, Hash: f.Contract.Hash, Readings: f.Contract.Readings})
	case facts.ContractEnded:
		c.LastDay = f.LastDay
	default:
		return nil
	}
	if !known && len(c.Terms) == 0 {
		return nil // an end of a contract that was never told of: act refuses it
	}
	return a.store.PutContract(ctx, tx, c)
}

func (a *App) targetCreated(ctx context.Context, tx *commit.Tx, c Change, f facts.TargetCreated) error {
	provider, target, ok := targetOf(f.Target)
	if !ok {
		return fmt.Errorf("%q of %s is no target", f.Target, c.Type)
	}
	return a.store.PutTarget(ctx, tx, record.Target{Provider: provider, Target: target, Subscription: f.Subscription})
}

func targetOf(name string) (provider, target string, ok bool) {
	p := strings.Split(name, "/")
	if len(p) < 4 || p[0] != "providers" || p[2] != "targets" {
		return "", "", false
	}
	return p[1], p[3], true
}

// noted writes the line of a fact that has no other effect.
func (a *App) noted(ctx context.Context, tx *commit.Tx, c Change, f facts.Noted) error {
	k, ok, err := a.customerOf(ctx, tx, c.Subject)
	if err != nil || !ok {
		return err
	}
	e := record.AuditEntry{CustomerKey: k, Recorded: tx.Now(), Actor: c.Source, Action: c.Type, About: c.Subject}
	if f.Clause != "" {
		e.Clauses = []string{f.Clause}
	}
	return a.append(ctx, tx, e)
}

// customerOf is whose a resource is: the customer's above it, or of the service
// that a target watches. It is false for what is the provider's own.
func (a *App) customerOf(ctx context.Context, tx *commit.Tx, name string) (record.CustomerKey, bool, error) {
	if k, ok := record.ParseCustomer(name); ok {
		return k, true, nil
	}
	provider, id, ok := targetOf(name)
	if !ok {
		return record.CustomerKey{}, false, nil
	}
	t, _, err := a.store.Target(ctx, tx, provider, id)
	k, ok := record.ParseCustomer(t.Subscription)
	return k, ok, err
}

// project keeps a deadline of any service as an obligation.
func (a *App) project(ctx context.Context, tx *commit.Tx, source string, f facts.Deadline) error {
	k, ok, err := a.customerOf(ctx, tx, f.Subject)
	if err != nil || !ok {
		return err
	}
	o := record.Obligation{
		CustomerKey: k, ID: resource.ID("obligation", source, k.Name(), f.Name), Service: source, Deadline: f.Name,
		Subject: f.Subject, Kind: f.Kind, Due: f.Due, Clause: f.Clause, Consequence: f.Consequence, Version: f.Version,
	}
	switch {
	case f.State == string(commit.Met):
		o.State = record.Met
	case f.State == string(commit.Missed):
		o.State = record.Missed
	case f.State == string(commit.Withdrawn):
		o.State = record.Withdrawn
	case f.Due.IsZero():
		o.State = record.Pending
	default:
		o.State = record.Running
	}
	if err := a.store.PutObligation(ctx, tx, o); err != nil {
		return err
	}
	return a.remind(ctx, tx, o)
}

// tokenReminder begins the kinds of token's reminders; the number of days
// follows.
const tokenReminder = "token_expiry_notice_"

// remind gives the notice of a reminder that has fallen due: telling customers
// is compliance's, the day is token's.
func (a *App) remind(ctx context.Context, tx *commit.Tx, o record.Obligation) error {
	text, ok := strings.CutPrefix(o.Kind, tokenReminder)
	days, err := strconv.Atoi(text)
	if !ok || err != nil || o.State != record.Missed {
		return nil
	}
	k, ok := record.Parse(o.Subject, "subscriptions")
	if !ok {
		return nil
	}
	x, err := a.act(ctx, tx, k.ContractKey, o.Service)
	if err != nil {
		return err
	}
	return x.notify(ctx, facts.TokensLapsing{
		Subscription: o.Subject, Days: days, Clause: o.Clause,
		Lapse: date.Of(o.Due, x.terms.Zone()).AddDays(days),
	})
}
