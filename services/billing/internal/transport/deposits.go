package transport

import (
	"context"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	"cloudpact.dev/services/billing/internal/app/ledgerapp"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/wire"
)

// InvoiceInterest implements BillingService.
func (s *Ledger) InvoiceInterest(ctx context.Context, in *billingv1.InvoiceInterestRequest) (*billingv1.Invoice, error) {
	k, err := account(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	i, err := s.app.InvoiceInterest(ctx, k)
	if err != nil {
		return nil, err
	}
	return invoicePB(ledgerapp.InvoiceView{Invoice: i, Today: i.Date}, false), nil
}

// WaiveInterest implements BillingService.
func (s *Ledger) WaiveInterest(ctx context.Context, in *billingv1.WaiveInterestRequest) (*billingv1.InterestAccrual, error) {
	k, id, err := below(invoiceName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	amount, err := needMoney(in.GetAmount(), "amount")
	if err != nil {
		return nil, err
	}
	if err := text(in.GetNote(), "note"); err != nil {
		return nil, err
	}
	a, err := s.app.WaiveInterest(ctx, k, id, amount)
	if err != nil {
		return nil, err
	}
	return accrualPB(k, a), nil
}

// depositOf reads the name of a deposit.
func depositOf(name string) (ledger.AccountKey, error) {
	k, _, err := below(depositName, name, "name")
	return k, err
}

// movementOf reads the name of a deposit and the id of a new movement.
func movementOf(name, id string) (ledger.AccountKey, error) {
	k, err := depositOf(name)
	if err != nil {
		return k, err
	}
	return k, resource.CheckID(id, "movement_id")
}

func depositAnswer(v ledgerapp.DepositView, err error) (*billingv1.Deposit, error) {
	if err != nil {
		return nil, err
	}
	return depositPB(v), nil
}

// GetDeposit implements BillingService.
func (s *Ledger) GetDeposit(ctx context.Context, in *billingv1.GetDepositRequest) (*billingv1.Deposit, error) {
	k, err := depositOf(in.GetName())
	if err != nil {
		return nil, err
	}
	return depositAnswer(s.app.Deposit(ctx, k))
}

// DemandDeposit implements BillingService.
func (s *Ledger) DemandDeposit(ctx context.Context, in *billingv1.DemandDepositRequest) (*billingv1.Deposit, error) {
	k, err := depositOf(in.GetName())
	if err != nil {
		return nil, err
	}
	amount, err := wire.FromMoney(in.GetAmount(), "amount")
	if err != nil {
		return nil, err
	}
	on, err := wire.FromDate(in.GetDemandDate(), "demand_date")
	if err != nil {
		return nil, err
	}
	return depositAnswer(s.app.DemandDeposit(ctx, k, in.GetEtag(), amount, on))
}

// ReceiveDeposit implements BillingService.
func (s *Ledger) ReceiveDeposit(ctx context.Context, in *billingv1.ReceiveDepositRequest) (*billingv1.Deposit, error) {
	k, err := movementOf(in.GetName(), in.GetMovementId())
	if err != nil {
		return nil, err
	}
	amount, err := needMoney(in.GetAmount(), "amount")
	if err != nil {
		return nil, err
	}
	on, err := wire.NeedDate(in.GetValueDate(), "value_date")
	if err != nil {
		return nil, err
	}
	return depositAnswer(s.app.ReceiveDeposit(ctx, k, in.GetMovementId(), amount, on))
}

// DrawDeposit implements BillingService.
func (s *Ledger) DrawDeposit(ctx context.Context, in *billingv1.DrawDepositRequest) (*billingv1.Deposit, error) {
	k, err := movementOf(in.GetName(), in.GetMovementId())
	if err != nil {
		return nil, err
	}
	amount, err := needMoney(in.GetAmount(), "amount")
	if err != nil {
		return nil, err
	}
	notice, err := wire.NeedDate(in.GetNoticeDate(), "notice_date")
	if err != nil {
		return nil, err
	}
	return depositAnswer(s.app.DrawDeposit(ctx, k, in.GetMovementId(), amount, notice, in.GetLoss()))
}

// RecordDepositCost implements BillingService.
func (s *Ledger) RecordDepositCost(ctx context.Context, in *billingv1.RecordDepositCostRequest) (*billingv1.Deposit, error) {
	k, err := movementOf(in.GetName(), in.GetMovementId())
	if err != nil {
		return nil, err
	}
	amount, err := needMoney(in.GetAmount(), "amount")
	if err != nil {
		return nil, err
	}
	on, err := wire.NeedDate(in.GetValueDate(), "value_date")
	if err != nil {
		return nil, err
	}
	return depositAnswer(s.app.RecordDepositCost(ctx, k, in.GetMovementId(), amount, on))
}

// RefundDeposit implements BillingService.
func (s *Ledger) RefundDeposit(ctx context.Context, in *billingv1.RefundDepositRequest) (*billingv1.Deposit, error) {
	k, err := movementOf(in.GetName(), in.GetMovementId())
	if err != nil {
		return nil, err
	}
	on, err := wire.NeedDate(in.GetValueDate(), "value_date")
	if err != nil {
		return nil, err
	}
	return depositAnswer(s.app.RefundDeposit(ctx, k, in.GetMovementId(), on))
}
