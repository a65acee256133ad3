package bookapp

import (
	"context"
	"maps"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// ConcludeContract concludes a contract on a revision and fixes its readings.
// c.Revision names the revision, whose ids are given beside it.
func (a *App) ConcludeContract(ctx context.Context, c book.Contract, rev book.Revision) (book.Contract, error) {
	if len(c.Title) > maxText {
		return book.Contract{}, invalid("contract.title", "a title has at most 500 bytes")
	}
	if rev.Provider != c.Provider {
		return book.Contract{}, invalid("contract.terms_revision", "the revision is another provider's")
	}
	again := func(ctx context.Context, q db.Querier) (book.Contract, error) {
		return a.contract(ctx, q, c.ContractKey)
	}
	return write(ctx, a, keyOf(c.ContractKey), func(ctx context.Context, tx *commit.Tx) (book.Contract, error) {
		if _, err := a.customer(ctx, tx, c.Provider, c.Customer); err != nil {
			return c, err
		}
		r, err := a.revision(ctx, tx, rev.Provider, rev.Terms, rev.Revision)
		if err != nil {
			return c, err
		}
		c.Revision, c.Hash = r.Name(), r.Hash
		t, err := a.policies.Resolve(ctx, tx, c.Provider, c.Hash, c.Readings)
		if err != nil {
			return c, readingFault(err, "contract.readings")
		}
		c.Readings = departures(t, c.Readings)
		if c.Currency, err = currency(t, c.Currency); err != nil {
			return c, err
		}
		c.ConcludeTime, c.State, c.Version = tx.Now(), book.ConcludedContract, 1
		if err := inserted(a.store.InsertContract(ctx, tx, c), c.Name()); err != nil {
			return c, err
		}
		tx.Publish(commit.Draft{
			Type: book.TypeContractConcluded, Subject: c.Name(),
			Body: book.ContractConcluded{Contract: factsOf(c, today(tx.Now(), t))},
		})
		return c, nil
	}, again)
}

func keyOf(k book.ContractKey) commit.Key {
	return commit.Key{Provider: k.Provider, Customer: k.Customer}
}

// departures keeps the readings that differ from their defaults.
func departures(t terms.Resolved, chosen map[string]string) map[string]string {
	out := map[string]string{}
	for name, option := range chosen {
		if r, ok := t.Reading(name); ok && r.Default != option {
			out[name] = option
		}
	}
	return out
}

// currency is the contract's, or the terms' where it names none.
func currency(t terms.Resolved, named string) (string, error) {
	if named == "" {
		named = t.DefaultCurrency()
	}
	if _, ok := money.Exponent(named); !ok {
		return "", fault.Invalid(ReasonCurrencyInvalid, "contract.currency", "a contract has a currency by its ISO 4217 code, for example HKD")
	}
	return named, nil
}

// factsOf is a contract as facts carry it on a day.
func factsOf(c book.Contract, on date.Date) book.ContractFacts {
	return book.ContractFacts{
		Contract: c.ContractKey, Revision: c.Revision, Hash: c.Hash,
		Readings: c.ReadingsOn(on), Currency: c.Currency,
	}
}

// Contract reads a contract.
func (a *App) Contract(ctx context.Context, k book.ContractKey) (book.Contract, error) {
	return a.contract(ctx, a.db.Read(), k)
}

func (a *App) contract(ctx context.Context, q db.Querier, k book.ContractKey) (book.Contract, error) {
	c, ok, err := a.store.Contract(ctx, q, k)
	return found(c, ok, err, k.Name())
}

// Contracts lists contracts below the scope by customer and id.
func (a *App) Contracts(ctx context.Context, scope book.ContractKey, after []string, limit int) ([]book.Contract, error) {
	if err := a.parent(ctx, scope); err != nil {
		return nil, err
	}
	return a.store.Contracts(ctx, a.db.Read(), scope, after, limit)
}

// parent refuses a list below a parent that does not exist.
func (a *App) parent(ctx context.Context, scope book.ContractKey) error {
	var err error
	switch {
	case scope.Contract != "" && scope.Customer != "":
		_, err = a.Contract(ctx, scope)
	case scope.Customer != "":
		_, err = a.Customer(ctx, scope.Provider, scope.Customer)
	default:
		_, err = a.Provider(ctx, scope.Provider)
	}
	return err
}

// AmendContract records an amendment that both parties have signed. Without a
// day it takes effect on the provider's today. What was decided before stays
// decided.
func (a *App) AmendContract(ctx context.Context, k book.ContractKey, etag string, m book.Amendment) (book.Contract, error) {
	if m.CustomerSignatory == "" || m.ProviderSignatory == "" {
		return book.Contract{}, fault.Precondition(ReasonSignatureMissing, k.Name(),
			"an amendment takes effect only with the signatures of both parties; name both signatories")
	}
	if len(m.Readings) == 0 {
		return book.Contract{}, invalid("amendment.readings", "an amendment changes at least one reading")
	}
	again := func(ctx context.Context, q db.Querier) (book.Contract, error) { return a.contract(ctx, q, k) }
	return write(ctx, a, keyOf(k), func(ctx context.Context, tx *commit.Tx) (book.Contract, error) {
		c, err := again(ctx, tx)
		if err != nil {
			return c, err
		}
		if err := checkEtag(etag, c.Version, k.Name()); err != nil {
			return c, err
		}
		if c.State == book.EndedContract {
			return c, contractState(k, "the contract has ended")
		}
		return a.amend(ctx, tx, c, m)
	}, again)
}

func (a *App) amend(ctx context.Context, tx *commit.Tx, c book.Contract, m book.Amendment) (book.Contract, error) {
	before, err := a.policies.Resolve(ctx, tx, c.Provider, c.Hash, c.Readings)
	if err != nil {
		return c, err
	}
	if m.EffectiveDate.IsZero() {
		m.EffectiveDate = today(tx.Now(), before)
	}
	if err := notBefore(m.EffectiveDate, today(c.ConcludeTime, before), "amendment.effective_date",
		"the day the contract was concluded"); err != nil {
		return c, err
	}
	if before.Formation != nil {
		m.Clause = before.Formation.AmendmentClause
	}
	c.Amendments = append(c.Amendments, m)
	after := maps.Clone(c.ReadingsOn(m.EffectiveDate))
	if _, err := a.policies.Resolve(ctx, tx, c.Provider, c.Hash, after); err != nil {
		return c, readingFault(err, "amendment.readings")
	}
	c.Version++
	if err := updated(a.store.UpdateContract(ctx, tx, c, c.Version-1), c.Name()); err != nil {
		return c, err
	}
	tx.Publish(commit.Draft{
		Type: book.TypeContractAmended, Subject: c.Name(), Effective: m.EffectiveDate.Start(before.Zone()),
		Body: book.ContractAmended{Contract: factsOf(c, m.EffectiveDate), EffectiveDate: m.EffectiveDate},
	})
	return c, nil
}

func contractState(k book.ContractKey, msg string) error {
	return fault.Precondition(ReasonContractState, k.Name(), msg)
}

// ReadingInForce is a reading as a contract uses it.
type ReadingInForce struct {
	terms.Reading
	Option string
}

// Readings lists the readings of a contract with the option in force today.
func (a *App) Readings(ctx context.Context, k book.ContractKey) ([]ReadingInForce, error) {
	c, err := a.Contract(ctx, k)
	if err != nil {
		return nil, err
	}
	t, err := a.policies.Resolve(ctx, a.db.Read(), c.Provider, c.Hash, c.Readings)
	if err != nil {
		return nil, err
	}
	now, err := a.clocks.Now(ctx, c.Provider)
	if err != nil {
		return nil, err
	}
	if t, err = a.policies.For(ctx, a.db.Read(), c, today(now.Now, t)); err != nil {
		return nil, err
	}
	out := make([]ReadingInForce, len(t.Terms.Readings))
	for i, r := range t.Terms.Readings {
		out[i] = ReadingInForce{r, t.Choice(r.Name)}
	}
	return out, nil
}
