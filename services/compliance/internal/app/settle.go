package app

import (
	"context"
	"slices"
	"strings"

	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/compliance/internal/restoration"
	"cloudpact.dev/services/figures/date"
)

// invoiceSettled notes that a fee of restoration or the price of an asset is
// paid.
func (x *act) invoiceSettled(ctx context.Context, f facts.InvoiceSettled) error {
	for _, identity := range f.Identities {
		sort, name, ok := strings.Cut(identity, "/")
		if !ok {
			continue
		}
		k := x.key().In(name[strings.LastIndexByte(name, '/')+1:])
		var err error
		switch sort {
		case "restoration":
			err = x.feePaid(ctx, k, f.Paid)
		case "replacement":
			err = x.pricePaid(ctx, k, f.Paid)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// feePaid notes the day on which a fee of restoration was paid.
func (x *act) feePaid(ctx context.Context, k record.Key, on date.Date) error {
	h, ok, err := x.store.Hold(ctx, x.tx, k)
	if err != nil || !ok || h.Offer == nil {
		return err
	}
	h.Offer.FeePaid = on
	return x.refresh(ctx, h)
}

// pricePaid notes the day on which the price of an asset was paid.
func (x *act) pricePaid(ctx context.Context, k record.Key, on date.Date) error {
	a, ok, err := x.store.Asset(ctx, x.tx, k)
	if err != nil || !ok {
		return err
	}
	a.Paid = on
	return x.saveAsset(ctx, &a)
}

// refreshOffers decides anew which conditions are met, for the offers that the
// account's state decides.
func (x *act) refreshOffers(ctx context.Context, a record.Account) error {
	offered, err := x.store.HoldsIn(ctx, x.tx, x.key(), record.HoldOffered)
	if err != nil {
		return err
	}
	for _, h := range offered {
		if h.Account != a.ID {
			continue
		}
		if err := x.refresh(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

// refresh keeps the conditions that are met.
func (x *act) refresh(ctx context.Context, h record.Hold) error {
	state, err := x.conditions(ctx, h)
	if err != nil {
		return err
	}
	met := restoration.Met(h.Offer.Asks(), state)
	if slices.Equal(met, h.Offer.Met) {
		return nil
	}
	h.Offer.Met = met
	return x.saveHold(ctx, &h)
}

// conditions is what has happened, as far as offers ask for it.
func (x *act) conditions(ctx context.Context, h record.Hold) (restoration.Facts, error) {
	a, _, err := x.store.Account(ctx, x.tx, x.key().In(h.Account))
	return restoration.Facts{FeePaid: !h.Offer.FeePaid.IsZero(), AccountClear: !a.Overdue, DepositComplete: a.DepositHeld}, err
}

func (x *act) saveHold(ctx context.Context, h *record.Hold) error {
	h.Version++
	return updated(x.store.UpdateHold(ctx, x.tx, *h, h.Version-1), h.Name())
}

func (x *act) saveAsset(ctx context.Context, a *record.Asset) error {
	a.Version++
	return updated(x.store.UpdateAsset(ctx, x.tx, *a, a.Version-1), a.Name())
}
