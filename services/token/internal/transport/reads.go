package transport

import (
	"context"
	"slices"
	"strconv"
	"time"

	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/wire"
	"cloudpact.dev/services/token/internal/app"
	"cloudpact.dev/services/token/internal/store"
)

// GetReservation returns a reservation.
func (s *Service) GetReservation(ctx context.Context, in *tokenv1.GetReservationRequest) (*tokenv1.Reservation, error) {
	sub, id, err := child(reservationName, in.GetName())
	if err != nil {
		return nil, err
	}
	h, err := s.app.Held(ctx, sub, id)
	if err != nil {
		return nil, err
	}
	return toReservation(h), nil
}

// ListReservations lists reservations.
func (s *Service) ListReservations(ctx context.Context, in *tokenv1.ListReservationsRequest) (*tokenv1.ListReservationsResponse, error) {
	l, err := s.begin("ListReservations", in.GetParent(), in.GetPageToken(), in.GetPageSize(), 5)
	if err != nil {
		return nil, err
	}
	rows, err := s.app.HeldList(ctx, l.parent, anys(l.After), l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := more(l, rows, func(h app.Held) []string { return place5(h.Sub, h.ID) })
	return &tokenv1.ListReservationsResponse{Reservations: each(rows, toReservation), NextPageToken: next}, nil
}

// GetOverage returns an overage.
func (s *Service) GetOverage(ctx context.Context, in *tokenv1.GetOverageRequest) (*tokenv1.Overage, error) {
	sub, id, err := child(overageName, in.GetName())
	if err != nil {
		return nil, err
	}
	o, err := s.app.Overage(ctx, sub, id)
	if err != nil {
		return nil, err
	}
	return toOverage(o), nil
}

// ListOverages lists overages.
func (s *Service) ListOverages(ctx context.Context, in *tokenv1.ListOveragesRequest) (*tokenv1.ListOveragesResponse, error) {
	l, err := s.begin("ListOverages", in.GetParent(), in.GetPageToken(), in.GetPageSize(), 5)
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Overages(ctx, l.parent, anys(l.After), l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := more(l, rows, func(o app.Beyond) []string { return place5(o.Sub, o.ID) })
	return &tokenv1.ListOveragesResponse{Overages: each(rows, toOverage), NextPageToken: next}, nil
}

// ListCorrections lists corrections.
func (s *Service) ListCorrections(ctx context.Context, in *tokenv1.ListCorrectionsRequest) (*tokenv1.ListCorrectionsResponse, error) {
	l, err := s.begin("ListCorrections", in.GetParent(), in.GetPageToken(), in.GetPageSize(), 5)
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Corrections(ctx, l.parent, anys(l.After), l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := more(l, rows, func(c store.Correct) []string { return place5(c.Sub, c.ID) })
	return &tokenv1.ListCorrectionsResponse{Corrections: each(rows, toCorrection), NextPageToken: next}, nil
}

// GetLot returns a lot; with view FULL with its derivation.
func (s *Service) GetLot(ctx context.Context, in *tokenv1.GetLotRequest) (*tokenv1.Lot, error) {
	sub, id, err := child(lotName, in.GetName())
	if err != nil {
		return nil, err
	}
	all, err := s.app.LotsOf(ctx, sub, in.GetView() == tokenv1.View_VIEW_FULL)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if lotID(sub, l.Ledger, l.Year) == id {
			return toLot(l), nil
		}
	}
	return nil, fault.NotFound(fault.ReasonNotFound, in.GetName())
}

// ListLots lists the lots that have begun, by unit and year.
func (s *Service) ListLots(ctx context.Context, in *tokenv1.ListLotsRequest) (*tokenv1.ListLotsResponse, error) {
	l, err := s.begin("ListLots", in.GetParent(), in.GetPageToken(), in.GetPageSize(), 6, in.GetView().String())
	if err != nil {
		return nil, err
	}
	rows, err := s.lots(ctx, l, in.GetView() == tokenv1.View_VIEW_FULL)
	if err != nil {
		return nil, err
	}
	rows, next := more(l, rows, func(x app.Lot) []string {
		return append(place5(x.Sub, x.Ledger), strconv.Itoa(x.Year))
	})
	return &tokenv1.ListLotsResponse{Lots: each(rows, toLot), NextPageToken: next}, nil
}

// lots reads one row more than a page of lots.
func (s *Service) lots(ctx context.Context, l list, full bool) ([]app.Lot, error) {
	var from *store.Sub
	var out []app.Lot
	if l.After != nil {
		from = &store.Sub{Provider: l.After[0], Customer: l.After[1], Contract: l.After[2], ID: l.After[3]}
		year, _ := strconv.Atoi(l.After[5])
		all, err := s.app.LotsOf(ctx, *from, full)
		if err != nil {
			return nil, err
		}
		for _, x := range all {
			if x.Ledger > l.After[4] || (x.Ledger == l.After[4] && x.Year > year) {
				out = append(out, x)
			}
		}
	}
	for len(out) <= l.Size {
		subs, err := s.app.Subs(ctx, l.parent, from, 100)
		if err != nil || len(subs) == 0 {
			return out, err
		}
		for _, sub := range subs {
			all, err := s.app.LotsOf(ctx, sub, full)
			if err != nil {
				return nil, err
			}
			out = append(out, all...)
		}
		from = &subs[len(subs)-1]
	}
	return out, nil
}

// GetRedemption returns a redemption.
func (s *Service) GetRedemption(ctx context.Context, in *tokenv1.GetRedemptionRequest) (*tokenv1.Redemption, error) {
	sub, id, err := child(redemptionName, in.GetName())
	if err != nil {
		return nil, err
	}
	u, err := s.app.Redemption(ctx, sub, id)
	if err != nil {
		return nil, err
	}
	return toRedemption(u), nil
}

// lines are the rows of a ledger that a list asks for.
func (l list) lines() (store.Lines, error) {
	out := store.Lines{Sub: l.parent, Limit: l.Limit()}
	if l.After == nil {
		return out, nil
	}
	p := store.Place{Sub: store.Sub{Provider: l.After[0], Customer: l.After[1], Contract: l.After[2], ID: l.After[3]}, Ledger: l.After[5]}
	var err error
	p.Recorded, err = strconv.ParseInt(l.After[4], 10, 64)
	if err == nil {
		p.Year, err = strconv.Atoi(l.After[6])
	}
	if err == nil {
		p.Seq, err = strconv.ParseInt(l.After[7], 10, 64)
	}
	out.From = &p
	return out, err
}

func placeOf(e store.Entry) []string {
	p := e.Place()
	return []string{
		p.Sub.Provider, p.Sub.Customer, p.Sub.Contract, p.Sub.ID, strconv.FormatInt(p.Recorded, 10), p.Ledger,
		strconv.Itoa(p.Year), strconv.FormatInt(p.Seq, 10),
	}
}

// ListRedemptions lists redemptions, oldest first.
func (s *Service) ListRedemptions(ctx context.Context, in *tokenv1.ListRedemptionsRequest) (*tokenv1.ListRedemptionsResponse, error) {
	l, err := s.begin("ListRedemptions", in.GetParent(), in.GetPageToken(), in.GetPageSize(), 8, in.GetUnit())
	if err != nil {
		return nil, err
	}
	q, err := l.lines()
	if err != nil {
		return nil, err
	}
	if in.GetUnit() != "" {
		unit := in.GetUnit()
		q.Ledger = &unit
	}
	rows, err := s.app.Redemptions(ctx, q)
	if err != nil {
		return nil, err
	}
	rows, next := more(l, rows, func(u app.UseAnswer) []string { return placeOf(u.Redemption.Entry()) })
	return &tokenv1.ListRedemptionsResponse{Redemptions: each(rows, toRedemption), NextPageToken: next}, nil
}

// ListEntries lists the ledger: the statement of a unit and year.
func (s *Service) ListEntries(ctx context.Context, in *tokenv1.ListEntriesRequest) (*tokenv1.ListEntriesResponse, error) {
	year := ""
	if in.GetYearGiven() {
		year = strconv.Itoa(int(in.GetYear()))
	}
	l, err := s.begin("ListEntries", in.GetParent(), in.GetPageToken(), in.GetPageSize(), 8, in.GetUnit(), year)
	if err != nil {
		return nil, err
	}
	q, err := l.lines()
	if err != nil {
		return nil, err
	}
	if in.GetUnit() != "" {
		unit := in.GetUnit()
		q.Ledger = &unit
	}
	if in.GetYearGiven() {
		y := int(in.GetYear())
		q.Year = &y
	}
	rows, err := s.app.Statement(ctx, q)
	if err != nil {
		return nil, err
	}
	rows, next := more(l, rows, func(x app.Line) []string { return placeOf(x.Entry) })
	return &tokenv1.ListEntriesResponse{Entries: each(rows, toEntry), NextPageToken: next}, nil
}

// balanceCall reads a request for one balance.
func balanceCall(in *tokenv1.GetBalanceRequest) (app.BalanceCall, error) {
	sub, err := exact(in.GetName(), "name")
	if err != nil {
		return app.BalanceCall{}, err
	}
	if in.GetUnit() != "" && !resource.ValidID(in.GetUnit()) {
		return app.BalanceCall{}, fault.Invalid(fault.ReasonFieldInvalid, "unit", "name the id of a unit")
	}
	at, err := wire.FromTime(in.GetAsOf(), "as_of")
	return app.BalanceCall{Sub: sub, Unit: in.GetUnit(), AsOf: at}, err
}

// GetBalance returns a balance, now or as of an instant.
func (s *Service) GetBalance(ctx context.Context, in *tokenv1.GetBalanceRequest) (*tokenv1.Balance, error) {
	c, err := balanceCall(in)
	if err != nil {
		return nil, err
	}
	b, err := s.app.Balance(ctx, c)
	if err != nil {
		return nil, err
	}
	return toBalance(b), nil
}

// BatchGetBalances returns many balances.
func (s *Service) BatchGetBalances(ctx context.Context, in *tokenv1.BatchGetBalancesRequest) (*tokenv1.BatchGetBalancesResponse, error) {
	parent, err := parentOf(in.GetParent())
	if err != nil {
		return nil, err
	}
	if len(in.GetRequests()) > app.MaxBatch {
		return nil, fault.Invalid("BATCH_TOO_LARGE", "requests", "a batch has at most "+strconv.Itoa(app.MaxBatch)+" items")
	}
	calls := make([]app.BalanceCall, len(in.GetRequests()))
	for i, r := range in.GetRequests() {
		if calls[i], err = balanceCall(r); err != nil {
			return nil, err
		}
		if c := calls[i].Sub; c.Provider != parent.Provider || (parent.Customer != "" && c.Customer != parent.Customer) {
			return nil, fault.NotFound("SUBSCRIPTION_UNKNOWN", r.GetName())
		}
	}
	bs, err := s.app.Balances(ctx, calls)
	if err != nil {
		return nil, err
	}
	return &tokenv1.BatchGetBalancesResponse{Balances: each(bs, toBalance)}, nil
}

// ListBalances lists balances by unit.
func (s *Service) ListBalances(ctx context.Context, in *tokenv1.ListBalancesRequest) (*tokenv1.ListBalancesResponse, error) {
	at, err := wire.FromTime(in.GetAsOf(), "as_of")
	if err != nil {
		return nil, err
	}
	l, err := s.begin("ListBalances", in.GetParent(), in.GetPageToken(), in.GetPageSize(), 5, at.Format(time.RFC3339Nano))
	if err != nil {
		return nil, err
	}
	var from *store.Sub
	ledger := ""
	if l.After != nil {
		from, ledger = &store.Sub{Provider: l.After[0], Customer: l.After[1], Contract: l.After[2], ID: l.After[3]}, l.After[4]
	}
	rows, err := s.app.UnitBalances(ctx, l.parent, from, ledger, at, l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := more(l, rows, func(b app.Balance) []string { return place5(b.Sub, b.Ledger) })
	return &tokenv1.ListBalancesResponse{Balances: each(rows, toBalance), NextPageToken: next}, nil
}

// GetForecast says when a unit will run out.
func (s *Service) GetForecast(ctx context.Context, in *tokenv1.GetForecastRequest) (*tokenv1.Forecast, error) {
	sub, err := exact(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	f, err := s.app.ForecastOf(ctx, sub, in.GetUnit())
	if err != nil {
		return nil, err
	}
	return &tokenv1.Forecast{
		Unit: f.Ledger, Year: int32(f.Year), Used: int32(f.Used), Available: int32(f.Available),
		RunsOut: wire.ToDate(f.RunsOut), Explanation: toExplanation(&f.Explanation),
	}, nil
}

// GetSnapshotStore returns a snapshot store.
func (s *Service) GetSnapshotStore(ctx context.Context, in *tokenv1.GetSnapshotStoreRequest) (*tokenv1.SnapshotStore, error) {
	ids, err := storeName.Parse(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	st, err := s.app.Storage(ctx, store.Sub{Provider: ids[0], Customer: ids[1], Contract: ids[2], ID: ids[3]})
	if err != nil {
		return nil, err
	}
	return toStorage(st), nil
}

func place5(s store.Sub, id string) []string {
	return []string{s.Provider, s.Customer, s.Contract, s.ID, id}
}

func anys(in []string) []any {
	if in == nil {
		return nil
	}
	out := make([]any, len(in))
	for i, v := range in {
		out[i] = v
	}
	return out
}

func each[T, U any](in []T, f func(T) U) []U {
	out := make([]U, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return slices.Clip(out)
}
