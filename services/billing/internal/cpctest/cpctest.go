// Package cpctest gives tests the policies of the cpc agreement that the
// ledger's cores act on, without reading the shipped folder.
package cpctest

import (
	"testing"

	"cloudpact.dev/services/terms"
)

// reading is a choice with its options, the default first; all of them run.
func reading(name, kind string, options ...string) terms.Reading {
	r := terms.Reading{Name: name, ValueKind: kind, Default: options[0]}
	if kind == terms.KindInteger || kind == terms.KindDecimal || kind == terms.KindText {
		return r
	}
	for _, o := range options {
		r.Options = append(r.Options, terms.Option{Option: o, Runs: true})
	}
	return r
}

func by(name string) terms.Setting { return terms.Setting{Reading: name} }

// Terms is the agreement with the given choices; nil chooses every default.
func Terms(t testing.TB, choices map[string]string) terms.Resolved {
	t.Helper()
	r, err := terms.Resolve(Policies(), choices)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Policies is the revision itself.
func Policies() *terms.Terms {
	t := &terms.Terms{
		ID: "cpc", Revision: "2018-03", TimeZone: by("time_zone"), Currency: by("currency"),
		Readings: readings(),
		Counting: &terms.Counting{Clauses: []string{"cpc/2(d)(i)"}, MonthRule: by("month_rule"), DayZero: by("day_zero")},
		Term: &terms.Term{
			Clause: "cpc/1#service-period", DefaultMonths: 12, LastDay: by("service_period_end"), AfterClause: "cpc/4", After: "CONTINUES",
			OrderMayEnd: true, OfferLapse: by("special_offer_lapse"), PriceAfter: by("post_term_price"),
		},
		Invoicing: &terms.Invoicing{
			Clause: "cpc/8", DueClause: "cpc/9", DueRule: "DAYS_AFTER", DueDays: 30, DueFrom: by("due_from"), Backdate: by("backdate_invoice_date"),
			Channels: []string{"EMAIL", "POST"}, MissedStaysBillable: true, ClosingInvoice: true, OverdueClause: "cpc/10",
			Tolerance: by("overdue_tolerance"), PaymentClause: "cpc/2(d)(v)", PaymentCutoff: by("payment_cutoff"),
			Allocation: by("payment_allocation"), NoExcuseClause: "cpc/43", DisputeStays: by("dispute_stays_payment"),
		},
		Interest: &terms.Interest{
			Clause: "cpc/10(a)", Rate: "0.015", Per: "MONTH", Method: by("interest_method"), DayBasis: by("interest_day_basis"),
			Start: by("interest_start"), StartOnAcceleration: by("interest_start_on_acceleration"),
			Base: terms.Setting{Value: "OUTSTANDING_BALANCE"}, BaseIncludesTax: by("interest_base_includes_tax"), Election: by("interest_election"),
		},
		Tax: &terms.Tax{
			Clause: "cpc/11", GrossUp: true, WithholdingBase: by("withholding_base"), TaxOnGrossUp: by("tax_on_grossup"),
			BankChargesAreDeductions: by("bank_charges_are_deductions"),
		},
		Strikes: &terms.Strikes{
			Clause: "cpc/12", Threshold: 2, Window: by("strike_window"), Consecutive: by("strike_consecutive"), Reset: by("strike_reset"),
			SameDueDate: by("strike_same_act"), WaiverClause: "cpc/47", WaiverRemoves: by("waiver_removes_strike"),
		},
		Deposit: &terms.Deposit{
			Clause: "cpc/1#deposit", Forms: by("deposit_forms"), DemandClause: "cpc/12", ProvideDays: 14, Amount: by("deposit_amount_policy"),
			IncreaseAllowed: by("deposit_increase_allowed"), DrawClause: "cpc/13", DrawAfterDays: 30, DrawForLoss: true,
			DrawNotice: by("deposit_draw_notice"), DrawOrder: by("deposit_draw_order"), DrawStopsInterest: by("deposit_draw_stops_interest"),
			TopUpDays: 7, RefundClause: "cpc/14", RefundDays: 14, RefundHold: by("deposit_refund_hold"), HoldingCostsDeducted: true,
		},
		Restoration:  &terms.Restoration{Clause: "cpc/32", AfterCure: by("restore_after_cure"), Conditions: true, FeeItem: terms.ItemRestoration},
		Acceleration: &terms.Acceleration{Clause: "cpc/36", Scope: "ENDED_SERVICE", MovesDueDate: by("acceleration_moves_due_date"), EndsLicences: true},
		Replacement: &terms.Replacement{
			LossClause: "cpc/18", LossDays: by("replacement_payment_days"), ReturnClause: "cpc/21", DemandDays: 14, Price: "MARKET_PRICE_BY_PROVIDER",
			EvidenceRequired: by("market_price_evidence_required"), LateReturn: by("late_return_cancels_charge"),
			DailyFee: by("late_return_daily_fee"), OncePerAsset: by("replacement_once_per_asset"),
		},
	}
	charging(t)
	leaving(t)
	for _, id := range clauseIDs {
		t.Clauses = append(t.Clauses, terms.Clause{ID: id, Executable: true})
	}
	return t
}

var clauseIDs = []string{
	"cpc/1#charges", "cpc/1#recurrent-charge", "cpc/1#setup-charge", "cpc/1#usage-charge", "cpc/1#deposit", "cpc/1#service-period",
	"cpc/1#service-commencement-date", "cpc/2(d)(i)", "cpc/2(d)(v)", "cpc/4", "cpc/8", "cpc/9", "cpc/10", "cpc/10(a)", "cpc/11", "cpc/12",
	"cpc/13", "cpc/14", "cpc/18", "cpc/20", "cpc/21", "cpc/28", "cpc/31", "cpc/31(I)", "cpc/31(II)", "cpc/32", "cpc/33", "cpc/33(a)", "cpc/33(b)",
	"cpc/33(i)", "cpc/33(ii)", "cpc/34", "cpc/35", "cpc/35(a)", "cpc/35(b)", "cpc/36", "cpc/43", "cpc/47", "cpc/S1/1.4", "cpc/S1/1.8",
	"cpc/S3/3.1", "cpc/S3/3.5", "cpc/S13/13.3",
}

func charging(t *terms.Terms) {
	item := func(item, clause, timing, nature string) terms.ChargeItem {
		return terms.ChargeItem{Item: item, Clause: clause, Timing: timing, Nature: nature}
	}
	t.Charging = &terms.Charging{
		Clause: "cpc/1#charges", Rounding: by("money_rounding"), MultipleBasis: by("rc_price_basis"), SetupIsOneOff: by("setup_is_one_off"),
		PrepaidRefund: by("prepaid_refund"), InterestOnCompensation: by("interest_on_compensation"),
		Period: &terms.ChargePeriod{
			Clause: "cpc/8", Months: by("recurrent_period_months"), Anchor: by("billing_month_anchor"), Partial: by("partial_month"),
		},
		Items: []terms.ChargeItem{
			item(terms.ItemOneOff, "cpc/1#charges", "AT_COMMENCEMENT", terms.NatureCharge),
			item(terms.ItemSetup, "cpc/1#setup-charge", "AT_COMMENCEMENT", terms.NatureCharge),
			item(terms.ItemRecurrent, "cpc/1#recurrent-charge", "PERIOD_START", terms.NatureCharge),
			item(terms.ItemUsage, "cpc/1#usage-charge", "PERIOD_END", terms.NatureCharge),
			item(terms.ItemOtherRelated, "cpc/1#charges", "AT_EVENT", terms.NatureCharge),
			item(terms.ItemOverage, "cpc/1#charges", "AT_EVENT", terms.NatureCharge),
			item(terms.ItemRestoration, "cpc/32", "AT_EVENT", terms.NatureCharge),
			item(terms.ItemCompensation, "cpc/35", "AT_EVENT", terms.NatureRecurrentSum),
			item(terms.ItemDamages, "cpc/33", "AT_EVENT", terms.NatureOther),
			item(terms.ItemReplacement, "cpc/18", "AT_EVENT", terms.NatureOther),
			item(terms.ItemIndemnity, "cpc/28", "AT_EVENT", terms.NatureOther),
			item(terms.ItemInterest, "cpc/10(a)", "AT_EVENT", terms.NatureInterest),
			item(terms.ItemTax, "cpc/11", "WITH_CHARGE", terms.NatureTax),
		},
	}
}

func leaving(t *terms.Terms) {
	rule := func(id, clause, cause, phase, formula string, months int32) terms.CompensationRule {
		return terms.CompensationRule{ID: id, Clause: clause, Cause: cause, Phase: phase, Formula: formula, Months: months}
	}
	t.Notice = &terms.Notice{Rules: []terms.NoticeRule{
		{ID: "customer", Clause: "cpc/34", Party: terms.PartyCustomer, Months: 2, NeedsForm: true, NeedsAcknowledgement: true},
		{ID: "provider", Clause: "cpc/34", Party: terms.PartyProvider, Months: 2},
	}, Short: by("short_notice_allowed")}
	t.Compensation = &terms.Compensation{
		Rules: []terms.CompensationRule{
			rule("notice-in-term", "cpc/35(a)", terms.EndByCustomerNotice, terms.PhaseInTerm, terms.FormulaRemainingOrNotice, 0),
			rule("notice-after-term", "cpc/35(b)", terms.EndByCustomerNotice, terms.PhaseAfterTerm, terms.FormulaRemainingOrNotice, 0),
			rule("provider", "cpc/35", terms.EndByProviderNotice, "", terms.FormulaNone, 0),
			rule("provider-breach", "cpc/35", terms.EndByProviderBreach, "", terms.FormulaNone, 0),
			rule("breach-in-term", "cpc/31(I)", terms.EndByCustomerBreach, terms.PhaseInTerm, terms.FormulaRemainingOrMonths, 2),
			rule("breach-after-term", "cpc/31(II)", terms.EndByCustomerBreach, terms.PhaseAfterTerm, terms.FormulaMonths, 2),
			rule("expiry", "cpc/4", terms.EndByExpiry, "", terms.FormulaNone, 0),
		},
		ClassBy: by("comp_class_by"), RemainingFrom: by("remaining_from"), AddOnPrice: by("addon_price"),
		NetOfPrepaid: by("compensation_net_of_prepaid"), IncludesOffers: by("remaining_rc_includes_offers"),
		DiscountRate: by("compensation_discount_rate"), BeforeCommencement: by("breach_before_scd"),
		WholeAgreement: by("compensation_on_whole_termination"), Competing: by("competing_compensation"), Due: by("compensation_due"),
		ProviderBreachProof: by("cpc_material_breach_proof"),
	}
	t.Cancellation = &terms.Cancellation{
		Clause: "cpc/33", WrittenClause: "cpc/33(a)", DeemedClause: "cpc/33(b)", DeemedMonths: 6,
		DeemedNeedsCustomerDelay: by("deemed_cancel_requires_customer_delay"), SignedDate: by("order_signed_date"),
		Limbs: []terms.CancellationLimb{
			{Clause: "cpc/33(i)", Formula: "CHARGES_AND_MONTHS", Items: []string{terms.ItemOneOff, terms.ItemSetup}, Months: 2},
			{Clause: "cpc/33(ii)", Formula: "THIRD_PARTY_COSTS"},
		},
		PaymentDays: by("cancellation_payment_days"), NetOfPaid: by("ld_net_of_paid"), Mitigation: by("third_party_cost_mitigation"),
	}
}

func readings() []terms.Reading {
	c, b := terms.KindChoice, terms.KindBoolean
	return []terms.Reading{
		reading("time_zone", terms.KindText, "Asia/Hong_Kong"), reading("currency", terms.KindText, "HKD"),
		reading("month_rule", c, "CORRESPONDING_DATE_CLAMPED", "ROLL_TO_NEXT_DAY"), reading("day_zero", c, "EXCLUDED"),
		reading("service_period_end", c, "DAY_BEFORE_ANNIVERSARY", "ANNIVERSARY_INCLUSIVE"), reading("special_offer_lapse", c, "PROSPECTIVE"),
		reading("post_term_price", c, "ORDER_LIST_PRICE"), reading("due_from", c, "INVOICE_DATE"), reading("backdate_invoice_date", b, "false"),
		reading("overdue_tolerance", terms.KindDecimal, "0.00"), reading("payment_cutoff", c, "END_OF_DAY_LOCAL"),
		reading("payment_allocation", c, "REMITTANCE_THEN_OLDEST_CHARGE_THEN_INTEREST"), reading("dispute_stays_payment", b, "false"),
		reading("interest_method", c, "SIMPLE", "COMPOUND_MONTHLY"),
		reading("interest_day_basis", c, "ANNIVERSARY_ACTUAL", "ACT_365", "STARTED_MONTH", "CALENDAR_SPLIT"),
		reading("interest_start", c, "DUE_DATE_INCLUDED"),
		reading("interest_start_on_acceleration", c, "CLAUSE9_DUE_DATE", "TERMINATION_DATE"),
		reading("interest_base_includes_tax", b, "false"), reading("interest_election", c, "AUTO_ACCRUE_MANUAL_BILL"),
		reading("withholding_base", c, "GROSS"), reading("tax_on_grossup", b, "false"), reading("bank_charges_are_deductions", b, "true"),
		reading("strike_window", c, "AGREEMENT_LIFE"), reading("strike_consecutive", b, "false"), reading("strike_reset", c, "NEVER"),
		reading("strike_same_act", c, "TWO_INVOICES_TWO_STRIKES", "ONE_DUE_DATE_ONE_STRIKE"), reading("waiver_removes_strike", b, "false"),
		reading("deposit_forms", c, "CASH"), reading("deposit_amount_policy", c, "CPC_SPECIFIED"), reading("deposit_increase_allowed", b, "false"),
		reading("deposit_draw_notice", c, "BEFORE_OR_SAME_DAY"), reading("deposit_draw_order", c, "OLDEST_CHARGE_THEN_LOSS_THEN_INTEREST"),
		reading("deposit_draw_stops_interest", b, "true"), reading("deposit_refund_hold", c, "UNTIL_OUTSTANDING_SETTLED"),
		reading("restore_after_cure", c, "CPC_DECISION"), reading("acceleration_moves_due_date", b, "false"),
		reading("replacement_payment_days", terms.KindInteger, "14"), reading("market_price_evidence_required", b, "true"),
		reading("late_return_cancels_charge", c, "IF_BEFORE_PAYMENT_AND_UNDAMAGED"), reading("late_return_daily_fee", c, "NONE"),
		reading("replacement_once_per_asset", b, "true"), reading("money_rounding", c, "HALF_UP_2DP_PER_LINE", "HALF_EVEN"),
		reading("rc_price_basis", c, "CONTRACT_PRICE_IN_FORCE"), reading("setup_is_one_off", b, "false"),
		reading("prepaid_refund", c, "CREDIT_NOTE", "NONE"), reading("interest_on_compensation", c, "RECURRENT_BASED_ONLY"),
		reading("recurrent_period_months", terms.KindInteger, "1"), reading("billing_month_anchor", c, "SCD_ANNIVERSARY", "CALENDAR_MONTH"),
		reading("partial_month", c, "PRORATA_F"), reading("short_notice_allowed", c, "WITH_PAYMENT"), reading("comp_class_by", c, "NOTICE_DATE"),
		reading("remaining_from", c, "DAY_AFTER_LAST_SERVICE_DAY"), reading("addon_price", c, "LIST_PRICE"),
		reading("compensation_net_of_prepaid", b, "true", "false"), reading("remaining_rc_includes_offers", b, "true"),
		reading("compensation_discount_rate", terms.KindDecimal, "0"), reading("breach_before_scd", c, "FULL_SERVICE_PERIOD"),
		reading("compensation_on_whole_termination", c, "PER_SERVICE"), reading("competing_compensation", c, "HIGHER_ONCE"),
		reading("compensation_due", c, "ON_TERMINATION"), reading("cpc_material_breach_proof", c, "ACCEPTED_BY_CPC_OR_FINAL_DECISION"),
		reading("deemed_cancel_requires_customer_delay", b, "true"), reading("order_signed_date", c, "LAST_SIGNATURE"),
		reading("cancellation_payment_days", terms.KindInteger, "30"), reading("ld_net_of_paid", b, "true", "false"),
		reading("third_party_cost_mitigation", c, "NOT_DEDUCTED"),
	}
}
