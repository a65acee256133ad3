package bookapp

import (
	"context"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/ordering"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/fault"
)

const unitsWhen = "units change while the service runs"

// AddUnit adds a unit from a day on.
func (a *App) AddUnit(ctx context.Context, k book.SubscriptionKey, etag string, u book.OrderedUnit, day date.Date) (book.Subscription, error) {
	return a.change(ctx, k, etag, func(ctx context.Context, w *work) error {
		if err := w.needs(unitsWhen, book.Provisional, book.Active, book.Continuing); err != nil {
			return err
		}
		if err := w.withinService(day, "added_date"); err != nil {
			return err
		}
		if err := w.appendUnit(ctx, u, day, ""); err != nil {
			return err
		}
		w.changed(day)
		return nil
	})
}

// appendUnit adds the unit to the subscription.
func (w *work) appendUnit(ctx context.Context, u book.OrderedUnit, day date.Date, replaces string) error {
	if _, taken := w.sub.Unit(u.ID); taken {
		return fault.Exists(fault.ReasonAlreadyExists, w.sub.SubscriptionKey.Unit(u.ID))
	}
	t, err := w.terms(ctx, w.today)
	if err != nil {
		return err
	}
	if err := problemFault("", ordering.CheckUnit(t, ordering.Unit{ID: u.ID, Kind: u.Kind}, "unit")); err != nil {
		return err
	}
	kind, _ := t.Kind(w.sub.Kind)
	unit := book.Unit{ID: u.ID, Kind: u.Kind, Title: u.Title, Site: u.Site, Added: day, Replaces: replaces}
	if unit.Kind == "" {
		unit.Kind = kind.Unit
	}
	w.sub.Units = append(w.sub.Units, unit)
	return nil
}

// withinService refuses a day before commencement or after the last day.
func (w *work) withinService(day date.Date, path string) error {
	if err := notBefore(day, w.sub.Commencement.Date, path, "the commencement date"); err != nil {
		return err
	}
	if last := w.sub.End.LastDay; !last.IsZero() && day.After(last) {
		return outOfRange(path, "the last day of service is "+last.String())
	}
	return nil
}

// RemoveUnit takes a unit out of service after a day.
func (a *App) RemoveUnit(ctx context.Context, k book.SubscriptionKey, unit, etag string, day date.Date) (book.Subscription, error) {
	return a.change(ctx, k, etag, func(ctx context.Context, w *work) error {
		if err := w.removable(unit, day, "removed_date"); err != nil {
			return err
		}
		i, _ := w.sub.Unit(unit)
		w.sub.Units[i].Removed = day
		w.changed(day.AddDays(1))
		return nil
	})
}

// ReplaceUnit replaces a unit by another from a day on.
func (a *App) ReplaceUnit(ctx context.Context, k book.SubscriptionKey, unit, etag string, by book.OrderedUnit, day date.Date) (book.Subscription, error) {
	return a.change(ctx, k, etag, func(ctx context.Context, w *work) error {
		if err := w.removable(unit, day, "replaced_date"); err != nil {
			return err
		}
		i, _ := w.sub.Unit(unit)
		if day == w.sub.FirstDay(w.sub.Units[i]) {
			return outOfRange("replaced_date", "the unit begins service on that day itself; replace it on a later one")
		}
		w.sub.Units[i].Removed = day.AddDays(-1)
		if err := w.appendUnit(ctx, by, day, unit); err != nil {
			return err
		}
		w.changed(day)
		return nil
	})
}

// removable refuses a unit that is not in service on the day.
func (w *work) removable(unit string, day date.Date, path string) error {
	i, ok := w.sub.Unit(unit)
	if !ok {
		return notFound(w.sub.SubscriptionKey.Unit(unit))
	}
	if err := w.needs(unitsWhen, book.Provisional, book.Active, book.Continuing); err != nil {
		return err
	}
	if err := w.withinService(day, path); err != nil {
		return err
	}
	u := w.sub.Units[i]
	if !u.Removed.IsZero() || day.Before(w.sub.FirstDay(u)) {
		return fault.Precondition(ReasonUnitState, w.sub.SubscriptionKey.Unit(unit),
			"the unit is in service from "+w.sub.FirstDay(u).String()+until(u.Removed))
	}
	return nil
}

func until(d date.Date) string {
	if d.IsZero() {
		return ""
	}
	return " to " + d.String()
}
