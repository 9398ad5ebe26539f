// SPDX-License-Identifier: MIT

// Lantern checks a list of addresses at the same time and says which of them answer.
package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"sort"
	"strings"
	"sync"
	"time"
)

type answer struct {
	address string
	status  int
	took    time.Duration
	err     error
}

// check asks one address and never waits longer than the context allows.
func check(ctx context.Context, client *http.Client, address string) answer {
	start := time.Now()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return answer{address: address, err: err}
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{address: address, took: time.Since(start), err: err}
	}
	defer response.Body.Close()
	return answer{address: address, status: response.StatusCode, took: time.Since(start)}
}

// checkAll runs at most limit checks at once and returns the answers sorted by address.
func checkAll(ctx context.Context, client *http.Client, addresses []string, limit int) []answer {
	var group sync.WaitGroup
	slots := make(chan struct{}, limit)
	answers := make([]answer, len(addresses))
	for i, address := range addresses {
		group.Add(1)
		slots <- struct{}{}
		go func(i int, address string) {
			defer group.Done()
			defer func() { <-slots }()
			answers[i] = check(ctx, client, address)
		}(i, address)
	}
	group.Wait()
	sort.Slice(answers, func(a, b int) bool { return answers[a].address < answers[b].address })
	return answers
}

func main() {
	var addresses []string
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" && !strings.HasPrefix(line, "#") {
			addresses = append(addresses, line)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	dark := 0
	for _, a := range checkAll(ctx, http.DefaultClient, addresses, 8) {
		if a.err != nil {
			dark++
			fmt.Printf("dark  %s: %v\n", a.address, a.err)
			continue
		}
		fmt.Printf("%5d %s (%v)\n", a.status, a.address, a.took.Round(time.Millisecond))
	}
	if dark > 0 {
		os.Exit(1)
	}
}
