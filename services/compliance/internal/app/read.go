package app

import (
	"context"
	"strconv"

	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/compliance/internal/store"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/page"
)

// Case reads a case.
func (a *App) Case(ctx context.Context, k record.Key) (record.Case, error) {
	return a.readCase(ctx, a.DB.Read(), k)
}

// Hold reads a hold.
func (a *App) Hold(ctx context.Context, k record.Key) (record.Hold, error) {
	return a.readHold(ctx, a.DB.Read(), k)
}

// Decision reads a decision.
func (a *App) Decision(ctx context.Context, k record.Key) (record.Decision, error) {
	return a.readDecision(ctx, a.DB.Read(), k)
}

// Asset reads an asset.
func (a *App) Asset(ctx context.Context, k record.Key) (record.Asset, error) {
	return a.readAsset(ctx, a.DB.Read(), k)
}

// Retention reads the fate of a service's data.
func (a *App) Retention(ctx context.Context, k record.Key) (record.Retention, error) {
	return a.readRetention(ctx, a.DB.Read(), k)
}

// Obligation reads an obligation.
func (a *App) Obligation(ctx context.Context, k record.CustomerKey, id string) (record.Obligation, error) {
	o, ok, err := a.store.Obligation(ctx, a.DB.Read(), k, id)
	return found(o, ok, err, k.Name()+"/obligations/"+id)
}

// Notice reads a notice.
func (a *App) Notice(ctx context.Context, k record.CustomerKey, id string) (record.Notice, error) {
	n, ok, err := a.store.Notice(ctx, a.DB.Read(), k, id)
	return found(n, ok, err, k.Name()+"/notices/"+id)
}

// List asks for a page of what lies in a scope.
type List struct {
	Scope store.Scope
	Size  int32
	Token string
}

// listed is a sorted list: its name, how a token's values become its sort key,
// and a row's sort key as text.
type listed[T any] struct {
	name string
	sort func(T) []string
	read func(ctx context.Context, q db.Querier, p store.Page) ([]T, error)
}

// page reads one page and makes the token of the next.
func (l listed[T]) page(ctx context.Context, a *App, in List) ([]T, string, error) {
	var zero T
	call, err := a.Pages.Open(in.Size, in.Token, len(l.sort(zero)), l.name, in.Scope.Provider, in.Scope.Customer, in.Scope.Contract)
	if err != nil {
		return nil, "", err
	}
	p := store.Page{Limit: call.Limit()}
	for _, v := range call.After {
		p.After = append(p.After, v)
	}
	rows, err := l.read(ctx, a.DB.Read(), p)
	if err != nil {
		return nil, "", err
	}
	rows, next := page.Cut(call, rows, func(i int) []string { return l.sort(rows[i]) })
	return rows, next, nil
}

// Cases lists cases by the day on which they arose.
func (a *App) Cases(ctx context.Context, in List) ([]record.Case, string, error) {
	return listed[record.Case]{
		name: "cases",
		sort: func(c record.Case) []string { return []string{c.Opened.String(), c.Customer, c.Contract, c.ID} },
		read: func(ctx context.Context, q db.Querier, p store.Page) ([]record.Case, error) {
			return a.store.Cases(ctx, q, in.Scope, p)
		},
	}.page(ctx, a, in)
}

// Holds lists holds by customer, contract and id.
func (a *App) Holds(ctx context.Context, in List) ([]record.Hold, string, error) {
	return listed[record.Hold]{
		name: "holds",
		sort: func(h record.Hold) []string { return []string{h.Customer, h.Contract, h.ID} },
		read: func(ctx context.Context, q db.Querier, p store.Page) ([]record.Hold, error) {
			return a.store.Holds(ctx, q, in.Scope, p)
		},
	}.page(ctx, a, in)
}

// Decisions lists decisions by the instant of the proposal.
func (a *App) Decisions(ctx context.Context, in List) ([]record.Decision, string, error) {
	return listed[record.Decision]{
		name: "decisions",
		sort: func(d record.Decision) []string {
			return []string{db.Time(d.Proposed).String(), d.Customer, d.Contract, d.ID}
		},
		read: func(ctx context.Context, q db.Querier, p store.Page) ([]record.Decision, error) {
			return a.store.Decisions(ctx, q, in.Scope, p)
		},
	}.page(ctx, a, in)
}

// Assets lists assets by customer, contract and id.
func (a *App) Assets(ctx context.Context, in List) ([]record.Asset, string, error) {
	return listed[record.Asset]{
		name: "assets",
		sort: func(r record.Asset) []string { return []string{r.Customer, r.Contract, r.ID} },
		read: func(ctx context.Context, q db.Querier, p store.Page) ([]record.Asset, error) {
			return a.store.Assets(ctx, q, in.Scope, p)
		},
	}.page(ctx, a, in)
}

// Obligations lists obligations by due time.
func (a *App) Obligations(ctx context.Context, in List, runningOnly bool) ([]record.Obligation, string, error) {
	return listed[record.Obligation]{
		name: "obligations/" + strconv.FormatBool(runningOnly),
		sort: func(o record.Obligation) []string {
			return []string{db.Time(store.SortDue(o)).String(), o.Customer, o.ID}
		},
		read: func(ctx context.Context, q db.Querier, p store.Page) ([]record.Obligation, error) {
			return a.store.Obligations(ctx, q, in.Scope.CustomerKey, runningOnly, p)
		},
	}.page(ctx, a, in)
}

// Notices lists notices, oldest first.
func (a *App) Notices(ctx context.Context, in List) ([]record.Notice, string, error) {
	return listed[record.Notice]{
		name: "notices",
		sort: func(n record.Notice) []string {
			return []string{db.Time(n.Given).String(), n.Customer, strconv.FormatInt(n.Place, 10), n.ID}
		},
		read: func(ctx context.Context, q db.Querier, p store.Page) ([]record.Notice, error) {
			if err := placed(p); err != nil {
				return nil, err
			}
			return a.store.Notices(ctx, q, in.Scope.CustomerKey, p)
		},
	}.page(ctx, a, in)
}

// AuditEntries lists the audit log, oldest first.
func (a *App) AuditEntries(ctx context.Context, in List) ([]record.AuditEntry, string, error) {
	return listed[record.AuditEntry]{
		name: "auditEntries",
		sort: func(e record.AuditEntry) []string {
			return []string{db.Time(e.Recorded).String(), e.Customer, strconv.FormatInt(e.Place, 10), e.ID}
		},
		read: func(ctx context.Context, q db.Querier, p store.Page) ([]record.AuditEntry, error) {
			if err := placed(p); err != nil {
				return nil, err
			}
			return a.store.Audit(ctx, q, in.Scope.CustomerKey, p)
		},
	}.page(ctx, a, in)
}

// placed reads the place in the sort key of a page, which is a number.
func placed(p store.Page) error {
	if len(p.After) < 3 {
		return nil
	}
	text, _ := p.After[2].(string)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fault.Internal(err)
	}
	p.After[2] = n
	return nil
}
