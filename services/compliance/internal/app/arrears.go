package app

import (
	"context"
	"errors"
	"slices"

	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms"
)

// mainAccount is the account that its contract's cases need not name.
const mainAccount = "main"

// account reads what is known of an account.
func (x *act) account(ctx context.Context, name string) (record.Account, error) {
	k, ok := record.Parse(name, "accounts")
	if !ok {
		return record.Account{}, errors.New(name + " is no account")
	}
	a, _, err := x.store.Account(ctx, x.tx, k)
	a.Key = k
	return a, err
}

// caseBase is the id of a case: what it is about, the account unless it is the
// main one, and the day.
func caseBase(kind, account string, d date.Date) string {
	if account != mainAccount {
		kind += "-" + account
	}
	return kind + "-" + d.String()
}

// accountOverdue opens the case of a spell of arrears, or brings the one that is
// open up to date.
func (x *act) accountOverdue(ctx context.Context, f facts.AccountOverdue) error {
	a, err := x.account(ctx, f.Account)
	if err != nil {
		return err
	}
	a.Overdue, a.Since, a.OldestDue, a.Open = true, f.Since, f.OldestDue, f.Open
	a.Subscriptions = slices.Clone(f.Subscriptions)
	slices.Sort(a.Subscriptions)
	if err := x.spell(ctx, &a); err != nil {
		return err
	}
	if err := x.store.PutAccount(ctx, x.tx, a); err != nil {
		return err
	}
	return x.refreshOffers(ctx, a)
}

// spell keeps the case of the account's arrears. A case that a person closed
// stays closed: only arrears of another document open a new one.
func (x *act) spell(ctx context.Context, a *record.Account) error {
	if a.Case != "" {
		c, ok, err := x.store.Case(ctx, x.tx, x.key().In(a.Case))
		if c, err = found(c, ok, err, x.key().In(a.Case).CaseName()); err != nil {
			return err
		}
		if c.State.Over() && c.Due != a.OldestDue {
			a.Case = ""
		} else if c.State.Over() || slices.Equal(c.Subscriptions, a.Subscriptions) {
			return nil
		} else {
			c.Subscriptions = a.Subscriptions
			_, err := x.judge(ctx, c)
			return err
		}
	}
	c, err := x.open(ctx, record.Case{
		Key: record.Key{ContractKey: x.key()}, Kind: record.KindArrears, Cause: terms.CauseNonPayment,
		Account: a.ID, Subscriptions: a.Subscriptions, Opened: a.Since, Due: a.OldestDue,
	}, caseBase("arrears", a.ID, a.OldestDue))
	a.Case = c.ID
	return err
}

// accountCleared ends a spell of arrears: in time it cures the case.
func (x *act) accountCleared(ctx context.Context, f facts.AccountCleared) error {
	a, err := x.account(ctx, f.Account)
	if err != nil {
		return err
	}
	of := a.Case
	a.Overdue, a.Case, a.Since, a.OldestDue, a.Open, a.Subscriptions = false, "", date.Date{}, date.Date{}, money.Money{}, nil
	if err := x.store.PutAccount(ctx, x.tx, a); err != nil {
		return err
	}
	if err := x.mend(ctx, of, f.Cleared); err != nil {
		return err
	}
	return x.refreshOffers(ctx, a)
}

// depositIs notes whether the deposit is complete.
func (x *act) depositIs(ctx context.Context, account string, complete bool) error {
	a, err := x.account(ctx, account)
	if err != nil {
		return err
	}
	a.DepositHeld = complete
	if err := x.store.PutAccount(ctx, x.tx, a); err != nil {
		return err
	}
	return x.refreshOffers(ctx, a)
}

// depositHeld cures the case about a missing deposit.
func (x *act) depositHeld(ctx context.Context, f facts.DepositHeld) error {
	a, err := x.account(ctx, f.Account)
	if err != nil {
		return err
	}
	of := a.DepositCase
	a.DepositHeld, a.DepositCase = true, ""
	if err := x.store.PutAccount(ctx, x.tx, a); err != nil {
		return err
	}
	if err := x.mend(ctx, of, x.today); err != nil {
		return err
	}
	return x.refreshOffers(ctx, a)
}

// depositDefaulted opens a case: to leave a deposit unprovided is a breach.
func (x *act) depositDefaulted(ctx context.Context, f facts.DepositDefaulted) error {
	a, err := x.account(ctx, f.Account)
	if err != nil || a.DepositCase != "" {
		return err
	}
	c, err := x.open(ctx, record.Case{
		Key: record.Key{ContractKey: x.key()}, Kind: record.KindDeposit, Cause: terms.CauseBreach,
		Account: a.ID, Opened: f.LastOn.AddDays(1), Due: f.LastOn,
	}, caseBase("deposit", a.ID, f.LastOn))
	if err != nil {
		return err
	}
	a.DepositCase, a.DepositHeld = c.ID, false
	return x.store.PutAccount(ctx, x.tx, a)
}
