// Package sla owns the delivered quality: targets, trains, outages, windows,
// assessments and awards.
package sla
