package app

import (
	"context"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/token/internal/forecast"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// Preview says what a use would take, without taking it.
type Preview struct {
	Tokens       int
	Ledger       string
	Balance      Balance
	NeedsOverage bool
	Expected     *money.Money
	Citations    []explain.Citation
}

// PreviewUse previews a use.
func (a *App) PreviewUse(ctx context.Context, s store.Sub, u redeem.Use) (Preview, error) {
	now, err := a.Now(ctx, s.Provider)
	if err != nil {
		return Preview{}, err
	}
	v, err := a.load(ctx, a.DB.Read(), s)
	if err != nil {
		return Preview{}, err
	}
	plan, err := planUse(v, u, now)
	if err != nil {
		return Preview{}, answer(err, s.Name())
	}
	all, err := a.store.Lots(ctx, a.DB.Read(), s)
	if err != nil {
		return Preview{}, err
	}
	out := Preview{Tokens: plan.Tokens, Ledger: plan.Ledgers[0], Citations: plan.Cites(), NeedsOverage: plan.Tokens > 0 || plan.ByQuote}
	for _, ledger := range plan.Ledgers {
		l := find(all, ledger, v.year(ledger, plan.Day))
		if l != nil && plan.Tokens > 0 && l.Free() >= plan.Tokens {
			out.Ledger, out.NeedsOverage = ledger, false
			break
		}
	}
	out.Balance = sumOf(v, all, func(l *store.Lot) bool { return l.Ledger == out.Ledger }, now)
	out.Balance.Ledger = out.Ledger
	if out.NeedsOverage {
		if l := find(all, out.Ledger, v.year(out.Ledger, plan.Day)); l != nil && l.AfterTerm {
			out.Citations = append(append([]explain.Citation{}, out.Citations...), v.lots.AfterTerm()...)
		}
		out.Expected, err = a.priceMemory(ctx, a.DB.Read(), v)
	}
	return out, err
}

func find(all []*store.Lot, ledger string, year int) *store.Lot {
	for _, l := range all {
		if l.Ledger == ledger && l.Year == year {
			return l
		}
	}
	return nil
}

// Forecast says when a ledger runs out.
type Forecast struct {
	Ledger          string
	Year            int
	Used, Available int
	RunsOut         date.Date
	Explanation     explain.Explanation
}

// ForecastOf forecasts a unit at the pace of its year so far.
func (a *App) ForecastOf(ctx context.Context, s store.Sub, unit string) (Forecast, error) {
	b, err := a.Balance(ctx, BalanceCall{Sub: s, Unit: unit})
	if err != nil {
		return Forecast{}, err
	}
	out := Forecast{Ledger: b.Ledger, Year: b.Year, Used: b.Used, Available: b.Available}
	if b.Year < 0 {
		return out, nil
	}
	v, err := a.load(ctx, a.DB.Read(), s)
	if err != nil {
		return out, err
	}
	out.RunsOut, out.Explanation = forecast.RunsOut(forecast.Pace{
		Start: b.From, Today: v.today(b.AsOf), End: b.To,
		Used: b.Used, Available: b.Available,
	}, v.lots.Allotment()...)
	return out, nil
}
