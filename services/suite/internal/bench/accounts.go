package bench

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/suite/internal/replay"
)

// tokens is T of the measured services: more than a run can use.
const tokens = 1_000_000_000

// start is where the measured provider's clock stands: ten in the morning in
// Hong Kong, on the day of commencement.
var start = time.Date(2024, time.February, 1, 2, 0, 0, 0, time.UTC)

// accounts makes a sandbox provider with customers who have a backup service of
// one server each, by the public API, and gives the services' names.
func (t *Tokens) accounts(ctx context.Context, n int) ([]string, error) {
	registry := contractv1.NewRegistryServiceClient(t.conns[0])
	admin, op := t.as(ctx, rpc.RoleAdmin), t.as(ctx, rpc.RoleOperator)
	p, err := registry.CreateProvider(admin, &contractv1.CreateProviderRequest{ProviderId: "bench", Provider: &contractv1.Provider{
		Title: "Measured", Mode: contractv1.Provider_MODE_SANDBOX, StartTime: timestamppb.New(start), InvoiceSeries: "B",
	}})
	if err != nil {
		return nil, err
	}
	terms, err := replay.Terms("cpc")
	if err != nil {
		return nil, err
	}
	rev, err := registry.RegisterRevision(op, &contractv1.RegisterRevisionRequest{Parent: p.GetName() + "/terms/cpc", RevisionId: terms.RevisionID, Body: terms.Terms})
	if err != nil {
		return nil, err
	}
	names := make([]string, n)
	errs := make([]error, n)
	var wg sync.WaitGroup
	turns := make(chan struct{}, 32)
	for i := range n {
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			names[i], errs[i] = account(op, t.conns[i%len(t.conns)], p.GetName(), rev.GetName(), fmt.Sprintf("c%d", i))
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return names, t.ready(op, names)
}

// account makes one customer with a service that has commenced.
func account(ctx context.Context, conn grpc.ClientConnInterface, provider, revision, id string) (string, error) {
	registry, contracts := contractv1.NewRegistryServiceClient(conn), contractv1.NewContractServiceClient(conn)
	c, err := registry.CreateCustomer(ctx, &contractv1.CreateCustomerRequest{Parent: provider, CustomerId: id, Customer: &contractv1.Customer{Title: id}})
	if err != nil {
		return "", err
	}
	k, err := contracts.ConcludeContract(ctx, &contractv1.ConcludeContractRequest{
		Parent: c.GetName(), ContractId: "k",
		Contract: &contractv1.Contract{Title: id, TermsRevision: revision, Currency: "HKD"},
	})
	if err != nil {
		return "", err
	}
	today := &date.Date{Year: int32(start.Year()), Month: int32(start.Month()), Day: int32(start.Day())}
	o, err := contracts.CreateOrder(ctx, &contractv1.CreateOrderRequest{Parent: k.GetName(), OrderId: "o", Order: &contractv1.Order{
		TermMonths: 18, Services: []*contractv1.OrderedService{{
			SubscriptionId: "s", Kind: "C2C_BACKUP", Tokens: tokens,
			Units:  []*contractv1.OrderedUnit{{UnitId: "vm-1"}},
			Prices: []*contractv1.Price{{ItemId: "base", Item: "RECURRENT", Amount: "600"}},
		}},
	}})
	if err != nil {
		return "", err
	}
	for _, party := range []contractv1.Party{contractv1.Party_PARTY_CUSTOMER, contractv1.Party_PARTY_PROVIDER} {
		if _, err = contracts.SignOrder(ctx, &contractv1.SignOrderRequest{Name: o.GetName(), Party: party, SignedDate: today, Signatory: "A"}); err != nil {
			return "", err
		}
	}
	if _, err = contracts.AcceptOrder(ctx, &contractv1.AcceptOrderRequest{Name: o.GetName(), AcceptanceDate: today}); err != nil {
		return "", err
	}
	s := k.GetName() + "/subscriptions/s"
	_, err = contracts.RecordFirstCopy(ctx, &contractv1.RecordFirstCopyRequest{
		Name: s, Unit: "vm-1",
		CompletedTime: timestamppb.New(start), EmailedTime: timestamppb.New(start),
	})
	return s, err
}

// ready waits until every service has its tokens.
func (t *Tokens) ready(ctx context.Context, names []string) error {
	client := tokenv1.NewTokenServiceClient(t.conns[0])
	for _, name := range names {
		for {
			b, err := client.GetBalance(ctx, &tokenv1.GetBalanceRequest{Name: name, Unit: "vm-1"})
			if err == nil && b.GetAllotment() == tokens {
				break
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			rest(ctx, pause)
		}
	}
	return nil
}
