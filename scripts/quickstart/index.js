// The function of the quickstart: keeps one visit in the database and answers with all of them.
const { Client } = require('pg');

exports.handler = async (event) => {
  const client = new Client({
    host: process.env.DB_HOST,
    user: process.env.DB_USER,
    password: process.env.DB_PASSWORD,
    database: 'shop',
    connectionTimeoutMillis: 2000,
  });
  await client.connect();
  try {
    await client.query('CREATE TABLE IF NOT EXISTS visits (id serial PRIMARY KEY, guest text)');
    await client.query('INSERT INTO visits (guest) VALUES ($1)', [event.guest]);
    const { rows } = await client.query('SELECT id, guest FROM visits ORDER BY id');
    return { rows };
  } finally {
    await client.end();
  }
};
