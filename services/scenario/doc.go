// Package scenario plays contracts as data: a YAML file that a lawyer can read
// names facts in the order of their dates, the calls that bring them in, and
// what has to follow. The same file runs over gRPC and over JSON, against one
// process or many, on any database.
//
//	title: An invoice is due on the thirtieth day after its date
//	cites: [cpc/9]
//	start: 2024-01-01
//	steps:
//	  - at: 2024-01-15
//	    call: cloudpact.contract.v1.ContractService/NotifyReadiness
//	    with: {name: "${contract}/subscriptions/web", notice_date: 2024-01-15}
//	    want: {state: STATE_PROVISIONAL}
//	    save: {etag: etag}
//	  - call: cloudpact.billing.v1.BillingService/GetInvoice
//	    with: {name: "${contract}/accounts/main/invoices/none"}
//	    fault: NOT_FOUND NOT_FOUND
//
// Each run makes a fresh sandbox provider, ${provider}, whose clock begins at
// start (its id is ${provider_id}), and registers the terms, ${terms_revision}. A step moves the clock
// (at: a day or an instant, advance: a duration in days), calls a method as a
// role, and compares: want is a subset of the answer, fault is a code and a
// reason with, if given, the field paths at fault.
//
// Money, dates and decimals may be written as scalars ("HKD 12.34",
// 2024-01-15, "0.015"). A list in want has the answer's length; {contains: [...]}
// asks for elements anywhere, {count: n} for a length, {absent: true} for a field
// that is not set. A file fails when it cites a clause that no answer cited.
package scenario
