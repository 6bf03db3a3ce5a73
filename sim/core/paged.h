// An array in copy-on-write pages. Copying it shares the pages; the first write to a shared page makes a
// private one. So a copy of a world with 28,000 connections costs microseconds, and thousands of keyframes
// share what did not change between them.
//
// Two levels: an array holds books, a book holds pages, a page holds entries. A page may be written when this
// array alone holds its book and the book alone holds the page.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "sim/core/assert.h"
#include "sim/core/hash.h"

namespace sockarium {

template <class T>
class PagedArray {
 public:
  static constexpr std::size_t page_entries = sizeof(T) >= 512 ? 8 : sizeof(T) >= 64 ? 4096 / sizeof(T) : 64;
  static constexpr std::size_t book_pages = 64;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// Valid until the next write to this array.
  const T& operator[](std::size_t i) const {
    SOCKARIUM_ASSERT(i < size_);
    return page_of(i).entries[i % page_entries];
  }
  const T& back() const { return (*this)[size_ - 1]; }

  /// A reference that may be written, stable until this array is next copied, grown or shrunk.
  T& write(std::size_t i) {
    SOCKARIUM_ASSERT(i < size_);
    return own_page(i / page_entries).entries[i % page_entries];
  }

  void push_back(const T& value) {
    if (size_ % (page_entries * book_pages) == 0) books_.push_back(std::make_shared<Book>());
    if (size_ % page_entries == 0)
      own_book(size_ / page_entries)[(size_ / page_entries) % book_pages] = std::make_shared<Page>();
    ++size_;
    write(size_ - 1) = value;
  }

  void pop_back() { truncate(size_ - 1); }

  /// Keeps the first `size` entries.
  void truncate(std::size_t size) {
    SOCKARIUM_ASSERT(size <= size_);
    const std::size_t pages = pages_for(size);
    for (std::size_t p = pages; p < pages_for(size_) && p / book_pages < books_for(size); ++p)
      own_book(p)[p % book_pages].reset();
    books_.resize(books_for(size));
    if (size % page_entries != 0) {  // what is not there must not differ between equal arrays
      Page& last = own_page(pages - 1);
      for (std::size_t i = size % page_entries; i < page_entries; ++i) last.entries[i] = T{};
    }
    size_ = size;
  }

  void clear() {
    books_.clear();
    size_ = 0;
  }

  /// Entry by entry; pages that both share are not looked at.
  friend bool operator==(const PagedArray& a, const PagedArray& b) {
    if (a.size_ != b.size_) return false;
    for (std::size_t p = 0; p < pages_for(a.size_); ++p) {
      const auto& pa = (*a.books_[p / book_pages])[p % book_pages];
      const auto& pb = (*b.books_[p / book_pages])[p % book_pages];
      if (pa == pb) continue;
      if (!(pa->entries == pb->entries)) return false;
    }
    return true;
  }

  /// visit(i) for every entry that differs from the other array's, or that only one of the two has. Books and
  /// pages that both share are not looked at: between two moments of a run this costs what has changed.
  template <class Visit>
  void differing(const PagedArray& other, const Visit& visit) const {
    const std::size_t pages = pages_for(std::max(size_, other.size_));
    for (std::size_t p = 0; p < pages; ++p) {
      const Book* mine = book_at(p / book_pages);
      const Book* theirs = other.book_at(p / book_pages);
      if (mine == theirs) {
        p |= book_pages - 1;  // the rest of the book
        continue;
      }
      const Page* a = mine == nullptr ? nullptr : (*mine)[p % book_pages].get();
      const Page* b = theirs == nullptr ? nullptr : (*theirs)[p % book_pages].get();
      if (a == b) continue;
      for (std::size_t i = 0; i < page_entries; ++i)
        if (a == nullptr || b == nullptr || !(a->entries[i] == b->entries[i])) visit(p * page_entries + i);
    }
  }

  /// Hash of the contents. Pages remember theirs, so only pages written since the last time are read again.
  std::uint64_t hash() const requires Flat<T> {
    Hasher hasher;
    hasher.add(size_);
    for (std::size_t p = 0; p < pages_for(size_); ++p) {
      const Page& page = *(*books_[p / book_pages])[p % book_pages];
      if (!page.hash) page.hash = hash_bytes(page.entries.data(), sizeof page.entries);
      hasher.add(*page.hash);
    }
    return hasher.value();
  }

  /// Bytes of the pages that are not in `counted` yet, where they are noted: what several arrays hold
  /// together.
  std::size_t count_bytes(std::set<const void*>& counted) const {
    std::size_t bytes = 0;
    for (const auto& book : books_) {
      if (!counted.insert(book.get()).second) continue;
      bytes += sizeof(Book);
      for (const auto& page : *book)
        if (page && counted.insert(page.get()).second) bytes += sizeof(Page);
    }
    return bytes;
  }

 private:
  struct Page {
    std::array<T, page_entries> entries{};
    mutable std::optional<std::uint64_t> hash;  ///< of `entries`, if they were not written since
  };
  using Book = std::array<std::shared_ptr<Page>, book_pages>;

  static constexpr std::size_t pages_for(std::size_t size) {
    return (size + page_entries - 1) / page_entries;
  }
  static constexpr std::size_t books_for(std::size_t size) {
    return (pages_for(size) + book_pages - 1) / book_pages;
  }

  const Book* book_at(std::size_t number) const {
    return number < books_.size() ? books_[number].get() : nullptr;
  }
  const Page& page_of(std::size_t i) const {
    const std::size_t p = i / page_entries;
    return *(*books_[p / book_pages])[p % book_pages];
  }
  Book& own_book(std::size_t p) {
    auto& book = books_[p / book_pages];
    if (book.use_count() > 1) book = std::make_shared<Book>(*book);
    return *book;
  }
  Page& own_page(std::size_t p) {
    auto& page = own_book(p)[p % book_pages];
    if (page.use_count() > 1) page = std::make_shared<Page>(*page);
    page->hash.reset();
    return *page;
  }

  std::vector<std::shared_ptr<Book>> books_;
  std::size_t size_ = 0;
};

}  // namespace sockarium
