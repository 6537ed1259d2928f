"""Writes the files beside it, as pyarrow, DuckDB and Polars do: `pip install pyarrow duckdb polars`, then run it."""

import datetime as dt
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

out = f'{Path(__file__).parent}/'
phones=['+14155550101','+14155550102','+14155550103']
t=pa.table({
 'phone_number': phones,
 'list_id': pa.array([101,101,102]),
 'carrier': pa.nulls(3),
 'on_dnc': pa.array([1,0,None], pa.int8()),
 'click_count': pa.array(['3','','5']),
 'last_sent_at': pa.array([dt.datetime(2025,11,1,8,30),None,dt.datetime(2025,11,2)], pa.timestamp('ns')),
 'custom_fields.tags': pa.array([['vip','new'],[],None], pa.list_(pa.string())),
 'custom_fields.address': pa.array([{'city':'Oakland','zips':[94601,94602]},None,{'city':None,'zips':None}], pa.struct([('city',pa.string()),('zips',pa.list_(pa.int32()))])),
 'custom_fields.scores': pa.array([[('a',1.5),('b',None)],[],None], pa.map_(pa.string(),pa.float64())),
 'custom_fields.orders': pa.array([[{'id':1,'items':['x','y']},{'id':2,'items':[]}],None,[None]], pa.list_(pa.struct([('id',pa.int64()),('items',pa.list_(pa.string()))]))),
 'at': pa.array([dt.time(8),None,dt.time(9)], pa.time64('us')),
})
pq.write_table(t,out+'pyarrow.parquet',compression='zstd',store_schema=False)
pq.write_table(t.select(['phone_number','list_id']),out+'brotli.parquet',compression='brotli',store_schema=False)
m=pa.table({'phone_number':phones,'custom_fields':pa.array([[('tags',['vip','new'])],[('tags',[]),('state',['CA'])],None],pa.map_(pa.string(),pa.list_(pa.string())))})
pq.write_table(m,out+'map_of_lists.parquet',compression='snappy',store_schema=False)
duckdb.sql("""COPY (SELECT * FROM (VALUES
 ('+14155550101',101,{'state':'CA','tags':['vip','new'],'home':{'city':'Oakland'}},NULL, TIME '08:00:00'),
 ('+14155550102',101,{'state':NULL,'tags':[],'home':NULL},NULL,NULL),
 ('+14155550103',102,NULL,NULL,NULL)) t(phone_number,list_id,custom_fields,carrier,"custom_fields.opens_at")) TO '%sduckdb.parquet' (FORMAT parquet, COMPRESSION zstd)"""%out)
pl.DataFrame({'phone_number':phones,'list_id':[101,101,102],'carrier':pl.Series([None]*3,dtype=pl.Null),'active':pl.Series([True,False,None]),'custom_fields.tags':[['vip','new'],[],None],'custom_fields.home':[{'city':'Oakland'},{'city':None},None],'last_sent_at':pl.Series([dt.datetime(2025,11,1,8,30),None,None])}).write_parquet(out+'polars.parquet',compression='zstd')
