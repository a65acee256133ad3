// Package compliance owns duties, papers, custody and enforcement: identities,
// documents, filings, letters, cases, obligations, notices, holds and the audit
// log.
package compliance
